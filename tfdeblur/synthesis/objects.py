"""Objects to put before a background: pieces of photographs with random outlines."""

import cv2
import numpy as np

_SUPERSAMPLING = 4
_NUM_WAVES = 5


def random_outline(rng, diameter):
    """A smooth random blob.

    Returns:
      (diameter, diameter) float32 opacity in [0, 1], with antialiased edges and an
      empty border, so that interpolation does not cut it off.
    """
    angles = np.linspace(0, 2 * np.pi, 128, endpoint=False)
    waves = np.arange(1, _NUM_WAVES + 1)
    amplitudes = rng.uniform(0, 0.35, _NUM_WAVES) / waves
    phases = rng.uniform(0, 2 * np.pi, _NUM_WAVES)
    radii = 1 + (amplitudes * np.cos(waves * angles[:, None] + phases)).sum(axis=1)
    stretch = np.array([1, rng.uniform(0.4, 1)])  # people and cars are not round
    points = radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1) * stretch
    turn = rng.uniform(0, 2 * np.pi)
    points @= np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points -= (points.min(axis=0) + points.max(axis=0)) / 2
    inner = diameter / 2 - 2
    points = points * (inner / np.abs(points).max()) + diameter / 2
    large = np.zeros((diameter * _SUPERSAMPLING,) * 2, np.float32)
    cv2.fillPoly(large, [np.round(points * _SUPERSAMPLING).astype(np.int32)], 1.0)
    return cv2.resize(large, (diameter, diameter), interpolation=cv2.INTER_AREA)


def random_piece(rng, photograph, size):
    """A random window of `photograph`, mirrored at its borders where it is too small.

    Args:
      photograph: (height, width, 3).
      size: (height, width) of the window.
    """
    missing = [
        max(0, wanted - there) for wanted, there in zip(size, photograph.shape[:2], strict=True)
    ]
    if any(missing):
        photograph = np.pad(photograph, [(0, missing[0]), (0, missing[1]), (0, 0)], "symmetric")
    top, left = (
        int(rng.integers(there - wanted + 1))
        for there, wanted in zip(photograph.shape[:2], size, strict=True)
    )
    return photograph[top : top + size[0], left : left + size[1]]


def random_nearness(rng, size, variation):
    """A smooth random field: how near what a pixel shows is, in relation to the mean.

    The sum of a slope, as of a street that leads away, and of smooth bumps.

    Args:
      size: (height, width).
      variation: the field reaches from 2 ** -variation to 2 ** variation.

    Returns:
      (height, width) float32.
    """
    height, width = size
    bumps = rng.uniform(-1, 1, (4, 4)).astype(np.float32)
    field = cv2.resize(bumps, (width, height), interpolation=cv2.INTER_CUBIC)
    slope_y, slope_x = rng.uniform(-1, 1, 2)
    field += np.linspace(-slope_y, slope_y, height, dtype=np.float32)[:, None]
    field += np.linspace(-slope_x, slope_x, width, dtype=np.float32)
    field -= (field.max() + field.min()) / 2
    return np.exp2(variation * field / max(field.max(), 1e-6)).astype(np.float32)
