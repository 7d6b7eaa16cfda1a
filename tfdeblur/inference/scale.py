"""Photos that are blurred over more pixels than a network looks at.

A network removes blur of some pixels, whatever the size of the photo. The same shake of the hand
covers three times as many pixels on a photo of three times the width. So the photo is reduced by
a scale, restored, and what the network changed is enlarged and added to the photo, which keeps all
of its detail where nothing was changed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import cv2
import numpy as np

from tfdeblur.choices import SCALES
from tfdeblur.inference.pixels import as_unit_range

# Photos up to this size, in pixels, are restored as they are: networks are trained on frames of
# 1280x720, and see the blur that a hand makes on them.
_LARGEST_AS_IT_IS = 1_500_000

# Sides of the parts of a photo that a scale is chosen by, in pixels, and the photo's pixels for
# each of them: looking costs a fraction of restoring.
_WINDOW = 480
_PIXELS_PER_WINDOW = 3_000_000
_MOST_WINDOWS = 3

# Changes are compared after averaging to so many columns of the whole photo, which leaves of them
# what a network does to edges, and not how it treats noise.
_COARSE_COLUMNS = 320

# Rows of the reduced photo whose change is enlarged at a time.
_STRIP = 256
_CONTEXT = 2  # of cubic interpolation, in reduced rows


def reduce(image: np.ndarray, scale: int) -> np.ndarray:
    """Averages squares of `scale` by `scale` pixels.

    Args:
      image: (height, width[, channels]), uint8, uint16 or float32. Sides that are no multiple of
        the scale are extended by mirroring first.
      scale: one of `SCALES`.

    Returns:
      (ceil(height / scale), ceil(width / scale)[, channels]) of the same dtype.
    """
    if scale == 1:
        return image
    bottom, right = (-side % scale for side in image.shape[:2])
    extended = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REFLECT)
    height, width = extended.shape[0] // scale, extended.shape[1] // scale
    reduced = cv2.resize(extended, (width, height), interpolation=cv2.INTER_AREA)
    return reduced.reshape(height, width, *image.shape[2:])


def enlarged_strips(change: np.ndarray, scale: int, shape: Sequence[int]) -> Iterator[np.ndarray]:
    """Enlarges what was changed on a reduced image, by cubic interpolation, some rows at a time.

    Args:
      change: (height', width'[, channels]) float32, at the size of `reduce`.
      scale: that it was reduced by.
      shape: of the image before, (height, width[, channels]).

    Yields:
      (rows, width[, channels]) float32, from top to bottom, `height` rows in all.
    """
    height, width = shape[:2]
    for top in range(0, len(change), _STRIP):
        first, last = max(0, top - _CONTEXT), min(len(change), top + _STRIP + _CONTEXT)
        strip = change[first:last]
        size = (strip.shape[1] * scale, strip.shape[0] * scale)
        large = cv2.resize(strip, size, interpolation=cv2.INTER_CUBIC)
        large = large[(top - first) * scale :][: min(_STRIP * scale, height - top * scale), :width]
        yield large.reshape(*large.shape[:2], *shape[2:])


def choose_scale(
    image: np.ndarray,
    restore_all: Callable[[Iterable[np.ndarray]], Iterable[np.ndarray]],
    scales: Sequence[int] = SCALES,
) -> int:
    """Chooses the scale at which the network changes a photo most.

    A network that does not see a blur whole leaves the photo nearly alone; at the scale where it
    does, it changes the photo most. The change is measured on the parts with most detail.

    Args:
      image: (height, width[, 1 or 3]), uint8, uint16 or float in [0, 1].
      restore_all: restores a stream of such images, of float32, at full size.
      scales: to choose from, ascending.

    Returns:
      One of `scales`; the first where nothing can be told apart, and for small photos.
    """
    if image.shape[0] * image.shape[1] <= _LARGEST_AS_IT_IS:
        return scales[0]
    windows = [as_unit_range(window) for window in _windows(image)]
    block = max(1, round(max(image.shape[:2]) / _COARSE_COLUMNS))
    changes = []
    for scale in scales:
        parts = [reduce(window, scale) for window in windows]
        restored = restore_all(parts)
        changes.append(
            np.mean(
                [
                    np.mean(np.square(_coarse(after - before, max(1, round(block / scale)))))
                    for before, after in zip(parts, restored, strict=True)
                ]
            )
        )
    return scales[int(np.argmax(changes))]


def _windows(image: np.ndarray) -> list[np.ndarray]:
    """The parts of an image with most detail, which do not overlap."""
    height, width = image.shape[:2]
    rows, columns = max(1, height // _WINDOW), max(1, width // _WINDOW)
    tops = np.linspace(0, max(0, height - _WINDOW), rows).astype(int)
    lefts = np.linspace(0, max(0, width - _WINDOW), columns).astype(int)
    parts = [image[y : y + _WINDOW, x : x + _WINDOW] for y in tops for x in lefts]
    wanted = min(_MOST_WINDOWS, 1 + height * width // _PIXELS_PER_WINDOW)
    return sorted(parts, key=_detail, reverse=True)[:wanted]


def _detail(part: np.ndarray) -> float:
    small = part[::2, ::2].astype(np.float32)
    return float(sum(np.square(np.diff(small, axis=axis)).sum() for axis in (0, 1)))


def _coarse(change: np.ndarray, block: int) -> np.ndarray:
    height, width = (max(1, side // block) for side in change.shape[:2])
    return cv2.resize(change, (width, height), interpolation=cv2.INTER_AREA)
