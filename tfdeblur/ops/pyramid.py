"""Image pyramids and the resizing that belongs to them.

Those of [Gao19] are as TensorFlow 1 resized images, for its release was trained
so. TensorFlow 1's bilinear resizing has no half-pixel centres: output pixel i is
read at input position i * (input size / output size). Halving therefore reads
whole positions only and is plain decimation, and doubling [a, b] gives
[a, (a + b) / 2, b, b]. Resizing with half-pixel centres, what TensorFlow 2 and
every other framework do, is another network: 0.34 off at the first scale.
"""

from typing import Any

import keras
from keras import ops


def decimate(images: Any, factor: int) -> Any:
    """(b, h, w, c) -> (b, h / factor, w / factor, c): every `factor`-th row and column."""
    return images if factor == 1 else images[:, ::factor, ::factor, :]


@keras.saving.register_keras_serializable(package="tfdeblur")
def decimated_pyramid(images: Any, num_scales: int) -> list[Any]:
    """Images at scales 1 / 2^(num_scales - 1), ..., 1/2, 1.

    Args:
      images: (b, h, w, c); h and w multiples of 2^(num_scales - 1).
      num_scales: number of scales, at least 1.

    Returns:
      A list of `num_scales` tensors, coarse to fine; the last one is `images`.
    """
    return [decimate(images, 2**octave) for octave in reversed(range(num_scales))]


@keras.saving.register_keras_serializable(package="tfdeblur")
def averaged_pyramid(images: Any, num_scales: int) -> list[Any]:
    """As `decimated_pyramid`, every halving the mean of 2x2 pixels ([Zhang19]'s DMSN)."""
    pyramid = [images]
    for _ in range(num_scales - 1):
        pyramid.insert(0, ops.average_pool(pyramid[0], 2, strides=2))
    return pyramid


def upsample_x2(images: Any) -> Any:
    """(b, h, w, c) -> (b, 2h, 2w, c): TensorFlow 1's bilinear doubling, any h and w."""
    # Columns first, as TensorFlow's kernel does: rounding then agrees to the last bit.
    right_neighbours = ops.concatenate([images[:, :, 1:], images[:, :, -1:]], axis=2)
    images = _with_midpoints(images, right_neighbours, axis=2)
    lower_neighbours = ops.concatenate([images[:, 1:], images[:, -1:]], axis=1)
    return _with_midpoints(images, lower_neighbours, axis=1)


def upsample_x2_centred(images: Any) -> Any:
    """(b, h, w, c) -> (b, 2h, 2w, c): bilinear doubling with half-pixel centres.

    [a, b] becomes [a, (3a + b) / 4, (a + 3b) / 4, b]. It belongs to `averaged_pyramid`, whose
    pixels lie in the middle of those they are the mean of.
    """
    for axis in (2, 1):
        images = _with_quarter_points(images, axis)
    return images


def _with_quarter_points(images: Any, axis: int) -> Any:
    if axis == 1:
        before = ops.concatenate([images[:, :1], images[:, :-1]], axis=1)
        after = ops.concatenate([images[:, 1:], images[:, -1:]], axis=1)
    else:
        before = ops.concatenate([images[:, :, :1], images[:, :, :-1]], axis=2)
        after = ops.concatenate([images[:, :, 1:], images[:, :, -1:]], axis=2)
    quarters = [images + (neighbours - images) * 0.25 for neighbours in (before, after)]
    return _interleaved(quarters, axis)


def _with_midpoints(images: Any, neighbours: Any, axis: int) -> Any:
    return _interleaved([images, images + (neighbours - images) * 0.5], axis)


def _interleaved(pair: list[Any], axis: int) -> Any:
    """Two tensors of one shape to one of twice the size along `axis`, taking turns."""
    shape = list(ops.shape(pair[0]))
    shape[axis] *= 2
    return ops.reshape(ops.stack(pair, axis + 1), shape)
