"""One sharp photograph to a pair of a blurred and a sharp image.

The camera shakes along a trajectory, objects move before the photograph on
trajectories of their own, and the sensor adds up the light of the exposure. The
order is that of a camera: light is averaged, then saturates and gets noise, then
goes through the response function and is stored, at last perhaps as JPEG.

The sharp image is the middle of the exposure, without noise: it is what a network
should find, and noise cannot be found.
"""

import dataclasses

import cv2
import numpy as np

from tfdeblur.synthesis.camera_response import camera_response
from tfdeblur.synthesis.objects import random_nearness, random_outline, random_piece
from tfdeblur.synthesis.scene import Layer, Scene
from tfdeblur.synthesis.sensor import add_noise, raise_highlights, sharpened, store, through_jpeg
from tfdeblur.synthesis.trajectory import random_trajectory

# Longer steps would show as separate ghosts of every edge.
MAX_STEP_PX = 1.0

# What a shaking camera may see beyond the picture; farther out it sees a mirror image.
_MARGIN_PX = 128
_OBJECT_ROTATION_DEGREES = 3.0


@dataclasses.dataclass(frozen=True)
class MotionSettings:
    """What moves, and how far; pairs are (least, most), drawn uniformly.

    Attributes:
      num_sub_frames: sub-frames of the exposure, odd; [Nah17] average 7 to 13.
      camera_extent_px: greatest distance between two positions of the camera.
      inertia: how far the camera and every object keep their direction, from 0, a walk
        without memory, to 1, a straight line; see `random_trajectory`.
      max_rotation_degrees: most that the camera turns from one end to the other.
      num_objects: objects that move on their own.
      object_extent_px: greatest distance between two positions of an object, seen from
        the background.
      object_size: diameter of an object, as a fraction of the picture's shorter side.
      nearness_variation: how much the nearness of the background varies over the picture,
        and the shift by the camera with it; see `random_nearness`.
      still_probability: of how many pairs nothing moves farther than a tenth of the above,
        often not at all: a network must also learn what to leave alone.
    """

    num_sub_frames: tuple[int, int] = (7, 13)
    camera_extent_px: tuple[float, float] = (0, 12)
    inertia: tuple[float, float] = (0.6, 0.98)
    max_rotation_degrees: float = 0.5
    num_objects: tuple[int, int] = (0, 3)
    object_extent_px: tuple[float, float] = (1, 20)
    object_size: tuple[float, float] = (0.2, 0.6)
    nearness_variation: tuple[float, float] = (0, 0)
    still_probability: float = 0.0


@dataclasses.dataclass(frozen=True)
class SensorSettings:
    """What the camera does to the light; pairs are (least, most).

    Attributes:
      response: name or file of a camera response (see `camera_response`), or several, of
        which every pair has one.
      highlight_gain: see `raise_highlights`; drawn uniformly.
      shot_noise: see `add_noise`; drawn uniformly in the logarithm.
      read_noise: likewise.
      jpeg_quality: quality at which the blurred image is compressed, or None for not.
      jpeg_probability: of how many pairs it is compressed, given a quality.
      sharpening: see `sharpened`; the same for both images, drawn uniformly.
      softness_px: standard deviation of a Gaussian that the lens blurs the blurred image by,
        drawn uniformly.
      softness_probability: of how many pairs the lens is soft.
    """

    response: str | tuple[str, ...] = "gamma2.2"
    highlight_gain: tuple[float, float] = (1, 3)
    shot_noise: tuple[float, float] = (1e-6, 1e-4)
    read_noise: tuple[float, float] = (1e-4, 1e-3)
    jpeg_quality: tuple[int, int] | None = None
    jpeg_probability: float = 1.0
    sharpening: tuple[float, float] = (0, 0)
    softness_px: tuple[float, float] = (0, 0)
    softness_probability: float = 0.0


def synthesize_pair(rng, photograph, size, textures=(), motion=None, sensor=None):
    """A blurred image and the sharp one it should become.

    Args:
      rng: `numpy.random.Generator`; the same state gives the same pair.
      photograph: (height, width, 3) uint8 RGB; the background.
      size: (height, width) of the pair, at most that of the photograph.
      textures: photographs that objects are cut from; none means `photograph`.
      motion: `MotionSettings`; default: the defaults.
      sensor: `SensorSettings`; default: the defaults.

    Returns:
      (blur, sharp), each (*size, 3) uint8.

    Raises:
      ValueError: when the photograph is smaller than `size`.
    """
    motion, sensor = motion or MotionSettings(), sensor or SensorSettings()
    if photograph.ndim != 3 or photograph.shape[2] != 3 or photograph.dtype != np.uint8:
        raise ValueError(
            f"Received a photograph of shape {photograph.shape} and {photograph.dtype}; expected "
            "(height, width, 3) and uint8."
        )
    if photograph.shape[0] < size[0] or photograph.shape[1] < size[1]:
        raise ValueError(
            f"Received a photograph of {photograph.shape[0]}x{photograph.shape[1]} pixels; "
            f"expected at least {size[0]}x{size[1]}, the size of the pairs."
        )
    response = camera_response(_one_of(rng, sensor.response))
    gain = rng.uniform(*sensor.highlight_gain)
    # Inverting the response once for each value it can have, not for each pixel.
    light_of = np.asarray(response.invert(np.arange(256) / 255), np.float32)
    scene = random_scene(
        rng,
        photograph,
        textures,
        size,
        motion,
        to_light=lambda stored: raise_highlights(light_of[stored], gain),
    )
    blurred = mean_light(scene)
    if _may_happen(rng, sensor.softness_probability):
        sigma = rng.uniform(*sensor.softness_px)
        blurred = cv2.GaussianBlur(blurred, (0, 0), max(sigma, 0.1))
    noisy = add_noise(
        rng, blurred, _log_uniform(rng, sensor.shot_noise), _log_uniform(rng, sensor.read_noise)
    )
    blur, sharp = store(noisy, response), store(scene.middle(), response)
    if any(sensor.sharpening):
        amount = rng.uniform(*sensor.sharpening)
        blur, sharp = sharpened(blur, amount), sharpened(sharp, amount)
    if sensor.jpeg_quality is not None and _happens(rng, sensor.jpeg_probability):
        low, high = sensor.jpeg_quality
        blur = through_jpeg(blur, rng.integers(low, high + 1))
    return blur, sharp


def mean_light(scene, max_step=MAX_STEP_PX):
    """Mean of the light of a `Scene` over the exposure, (height, width, 3) float32."""
    num_positions = scene.num_positions(max_step)
    total = np.zeros((*scene.size, 3), np.float32)
    for picture in scene.positions(num_positions):
        total += picture
    return total / num_positions


def random_scene(rng, photograph, textures, size, motion, to_light):
    """A `Scene` of linear light, drawn from `MotionSettings`.

    Args:
      rng, photograph, textures, size, motion: as for `synthesize_pair`.
      to_light: function from stored values, uint8, to linear light.
    """
    if _may_happen(rng, motion.still_probability):
        motion = _slowed(motion, max(0.0, rng.uniform(-0.1, 0.1)))
    num_sub_frames = _odd(rng, motion.num_sub_frames)
    window, position = _random_window(rng, photograph, size)
    background = Layer(
        image=to_light(window),
        opacity=None,
        position=position,
        path=_random_path(
            rng,
            num_sub_frames,
            motion.camera_extent_px,
            motion.inertia,
            motion.max_rotation_degrees,
        ),
        # Anywhere in the larger picture of which this is a part.
        pivot=(rng.uniform(-1, 2) * size[1], rng.uniform(-1, 2) * size[0]),
        nearness=random_nearness(rng, size, rng.uniform(*motion.nearness_variation))
        if any(motion.nearness_variation)
        else None,
    )
    num_objects = int(rng.integers(motion.num_objects[0], motion.num_objects[1] + 1))
    textures = textures or [photograph]
    objects = []
    for _ in range(num_objects):
        diameter = max(8, round(rng.uniform(*motion.object_size) * min(size)))
        piece = random_piece(rng, textures[rng.integers(len(textures))], (diameter, diameter))
        path = _random_path(
            rng,
            num_sub_frames,
            motion.object_extent_px,
            motion.inertia,
            _OBJECT_ROTATION_DEGREES,
        )
        objects.append(_random_object(rng, to_light(piece), size, path))
    return Scene(background, objects, size)


def _random_window(rng, photograph, size):
    """What of a photograph the camera may see, and where that lies in the scene."""
    corner = [
        int(rng.integers(there - wanted + 1))
        for there, wanted in zip(photograph.shape[:2], size, strict=True)
    ]
    top, left = (max(0, start - _MARGIN_PX) for start in corner)
    bottom, right = (
        start + wanted + _MARGIN_PX for start, wanted in zip(corner, size, strict=True)
    )
    return photograph[top:bottom, left:right], (left - corner[1], top - corner[0])


def _random_object(rng, piece, size, path):
    """An object of (diameter, diameter, 3) linear light somewhere in the picture."""
    diameter = len(piece)
    opacity = random_outline(rng, diameter)
    center = rng.uniform(0, size[1]), rng.uniform(0, size[0])
    return Layer(
        # Darker or brighter than its surroundings, as something in other light.
        image=piece * opacity[..., None] * np.float32(rng.uniform(0.6, 1.2)),
        opacity=opacity,
        position=(round(center[0] - diameter / 2), round(center[1] - diameter / 2)),
        path=path,
        pivot=center,
    )


def _random_path(rng, num_sub_frames, extent_px, inertia, max_rotation_degrees):
    inertia = rng.uniform(*inertia)
    shift = random_trajectory(rng, num_sub_frames, rng.uniform(*extent_px), inertia)
    turn = random_trajectory(rng, num_sub_frames, rng.uniform(0, max_rotation_degrees), inertia)
    return np.column_stack([shift, turn[:, 0]])


def _odd(rng, bounds):
    odd = [number for number in range(bounds[0], bounds[1] + 1) if number % 2 == 1]
    if not odd:
        raise ValueError(f"Received num_sub_frames={bounds}; expected an odd number in between.")
    return odd[rng.integers(len(odd))]


def _slowed(motion, factor):
    return dataclasses.replace(
        motion,
        camera_extent_px=tuple(factor * px for px in motion.camera_extent_px),
        object_extent_px=tuple(factor * px for px in motion.object_extent_px),
        max_rotation_degrees=factor * motion.max_rotation_degrees,
        num_objects=(0, 0),
    )


# These draw nothing where there is no choice, so that pairs of settings that were there
# before the choice was are still the same bytes.
def _one_of(rng, values):
    return values if isinstance(values, str) else values[rng.integers(len(values))]


def _happens(rng, probability):
    return probability >= 1 or rng.uniform() < probability


def _may_happen(rng, probability):
    return probability > 0 and rng.uniform() < probability


def _log_uniform(rng, bounds):
    return float(np.exp(rng.uniform(*np.log(bounds))))
