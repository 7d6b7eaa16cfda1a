"""A scene that moves during the exposure: a background and objects before it.

Every position of the exposure is drawn on its own, background first, and laid
over by the objects where they are at that instant. So an object hides the
background it passes over and shows it again behind itself, as real ones do;
blurring the layers first and laying them over each other afterwards would not.
"""

import dataclasses

import cv2
import numpy as np

from tfdeblur.synthesis.trajectory import interpolate


@dataclasses.dataclass(frozen=True)
class Layer:
    """Something flat that moves in one piece.

    Attributes:
      image: (height, width, 3) float32, linear light >= 0; of an object, multiplied by
        its opacity.
      opacity: (height, width) float32 in [0, 1], or None for a background, which
        covers everything and is mirrored at its borders.
      position: (x, y) of the image's upper left pixel in the scene, in pixels.
      path: (n, 3), one row (dx, dy, angle) per sub-frame: the shift in pixels and the
        turn in degrees against the middle of the exposure, where all are 0.
      pivot: (x, y) in the scene about which the layer turns.
      nearness: of a background, (height, width) of the picture, float32: what the shift
        of the path is multiplied by at each pixel. Things twice as near move twice as far
        when a camera is shifted. None is 1 everywhere.
    """

    image: np.ndarray
    opacity: np.ndarray | None
    position: tuple[float, float]
    path: np.ndarray
    pivot: tuple[float, float]
    nearness: np.ndarray | None = None


class Scene:
    """What a camera sees while it and the things before it move.

    Args:
      background: the `Layer` behind all others. Its path is the camera's, and moves
        everything.
      objects: `Layer`s from back to front; their paths are their own, relative to the
        background.
      size: (height, width) of the picture; its upper left corner is the scene's (0, 0).
    """

    def __init__(self, background, objects, size):
        self.background = background
        self.objects = list(objects)
        self.size = size
        # Colour and opacity move together: one interpolation for both.
        self._stacked = [np.dstack([layer.image, layer.opacity]) for layer in self.objects]

    def num_positions(self, max_step):
        """How many positions keep every step within `max_step` pixels; odd.

        With steps of at most one pixel the mean shows a continuous streak; with longer
        ones it shows separate ghosts of every edge.
        """
        num = len(self.background.path)
        while (step := self._largest_step(num)) > max_step:
            num = int(np.ceil(num * max(step / max_step, 1.05)))
            num += 1 - num % 2
        return num

    def positions(self, num_positions):
        """Yields `num_positions` pictures, (height, width, 3) float32 linear light."""
        motions = [self._motions(layer, num_positions) for layer in self._layers()]
        shifts = interpolate(self.background.path, num_positions)[:, :2]
        for shift, *matrices in zip(shifts, *motions, strict=True):
            yield self._draw(matrices, shift)

    def middle(self):
        """The picture at the middle of the exposure, where nothing has moved."""
        return self._draw([np.eye(3)] * (1 + len(self.objects)), np.zeros(2))

    def _layers(self):
        return [self.background, *self.objects]

    def _motions(self, layer, num_positions):
        """(num_positions, 3, 3): from where the layer is at the middle to where it is then."""
        camera = _matrices(self.background, num_positions)
        return camera if layer is self.background else camera @ _matrices(layer, num_positions)

    def _largest_step(self, num_positions):
        steps = [
            np.linalg.norm(
                np.diff(self._motions(layer, num_positions) @ self._corners(layer), axis=0)[:, :2],
                axis=1,
            ).max()
            for layer in self._layers()
        ]
        if self.background.nearness is not None:
            steps[0] *= max(1.0, float(self.background.nearness.max()))
        return max(steps)

    def _corners(self, layer):
        # The background reaches beyond the picture, where its steps do not matter.
        (left, top), (height, width) = (0, 0), self.size
        if layer is not self.background:
            (left, top), (height, width) = layer.position, layer.opacity.shape
        xs, ys = [left, left + width - 1] * 2, [top] * 2 + [top + height - 1] * 2
        return np.array([xs, ys, [1] * 4], np.float64)

    def _draw(self, matrices, shift):
        picture = self._draw_background(matrices[0], shift)
        for layer, stacked, matrix in zip(self.objects, self._stacked, matrices[1:], strict=True):
            # Only where the object is, which saves half of the time.
            left, top, right, bottom = self._reach(matrix @ self._corners(layer))
            if left >= right or top >= bottom:
                continue
            moved = _moved(
                stacked,
                matrix @ _shift(*layer.position),
                (left, top, right, bottom),
                cv2.BORDER_CONSTANT,
            )
            behind = picture[top:bottom, left:right]
            # Cubic interpolation overshoots at edges; opacity must not.
            behind *= 1 - np.clip(moved[..., 3:], 0, 1)
            behind += moved[..., :3]
        return picture

    def _draw_background(self, matrix, shift):
        height, width = self.size
        background = self.background
        to_scene = matrix @ _shift(*background.position)
        if background.nearness is None:
            window = (0, 0, width, height)
            return _moved(background.image, to_scene, window, cv2.BORDER_REFLECT_101)
        to_image = np.linalg.inv(to_scene)
        # Where the nearness varies slowly, what a pixel shows has the nearness of the pixel.
        x, y = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in (width, height)))
        x -= (background.nearness - 1) * np.float32(shift[0])
        y -= (background.nearness - 1) * np.float32(shift[1])
        xs, ys = (
            np.float32(row[0]) * x + np.float32(row[1]) * y + np.float32(row[2])
            for row in to_image[:2]
        )
        return cv2.remap(
            background.image, xs, ys, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )

    def _reach(self, corners):
        """(left, top, right, bottom) of the part of the picture that an object can touch."""
        height, width = self.size
        margin = 2  # of cubic interpolation
        left, top = np.floor(corners[:2].min(axis=1)).astype(int) - margin
        right, bottom = np.ceil(corners[:2].max(axis=1)).astype(int) + margin + 1
        return max(0, left), max(0, top), min(width, right), min(height, bottom)


def _moved(image, matrix, window, borders):
    """The part `window` (left, top, right, bottom) of the scene, with `image` in it."""
    left, top, right, bottom = window
    return cv2.warpAffine(
        image,
        (_shift(-left, -top) @ matrix)[:2],
        (right - left, bottom - top),
        # Linear interpolation would blur by itself: at half-pixel positions it is a mean.
        flags=cv2.INTER_CUBIC,
        borderMode=borders,
    )


def _matrices(layer, num_positions):
    rows = interpolate(layer.path, num_positions)
    return np.stack([_motion(dx, dy, degrees, layer.pivot) for dx, dy, degrees in rows])


def _motion(dx, dy, degrees, pivot):
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    return _shift(pivot[0] + dx, pivot[1] + dy) @ turn @ _shift(-pivot[0], -pivot[1])


def _shift(x, y):
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)
