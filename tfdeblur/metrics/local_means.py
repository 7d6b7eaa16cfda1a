"""Weighted means over neighbouring pixels and channels, exact to float32 on any device.

SSIM subtracts local means of squares, and what is left in smooth regions is a
thousandth of what was subtracted. Convolutions and matrix products are what
processors do fastest, but GPUs round their inputs to TensorFloat-32, ten bits;
and XLA, which compiles all that JAX does, takes 40 times as long for such a
convolution on a CPU. So there sums of shifted images do the same.
"""

import keras
import numpy as np
from keras import ops


def gaussian_weights(sigma, radius):
    """(2 radius + 1,) weights of a sampled Gaussian that sum to 1."""
    weights = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
    return weights / weights.sum()


def mean_of_neighbours(images, weights):
    """Weighted means over squares of pixels that lie wholly in the image.

    Args:
      images: (batch, height, width, channels), float32.
      weights: (size,), odd; a square's weights are their products.

    Returns:
      (batch, height - size + 1, width - size + 1, channels).
    """
    weights = np.asarray(weights, "float32")
    if _products_are_exact_and_fast():
        kernel = np.tile(weights[:, None, None, None], (1, 1, images.shape[-1], 1))
        down = ops.depthwise_conv(images, kernel)
        return ops.depthwise_conv(down, kernel.transpose(1, 0, 2, 3))
    height, width = (ops.shape(images)[axis] - len(weights) + 1 for axis in (1, 2))
    down = sum(weight * images[:, i : i + height] for i, weight in enumerate(weights))
    return sum(weight * down[:, :, i : i + width] for i, weight in enumerate(weights))


def mix_channels(images, matrix):
    """(..., channels) times `matrix`, (channels, channels)."""
    matrix = np.asarray(matrix, "float32")
    if _products_are_exact_and_fast():
        return ops.matmul(images, matrix)
    return sum(images[..., i : i + 1] * row for i, row in enumerate(matrix))


def replicate_borders(images, width):
    """Repeats the outermost rows and columns `width` times."""
    for axis in (1, 2):
        last = ops.shape(images)[axis] - 1
        # keras.ops.pad knows this mode on some backends only.
        nearest = ops.clip(ops.arange(-width, last + width + 1), 0, last)
        images = ops.take(images, nearest, axis=axis)
    return images


def _products_are_exact_and_fast():
    on_cpu = not any(device.startswith("gpu") for device in keras.distribution.list_devices())
    return keras.backend.backend() == "tensorflow" and on_cpu
