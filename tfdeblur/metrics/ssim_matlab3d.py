"""SSIM as MATLAB's `ssim` computes it on an RGB array: the papers' figures."""

import keras
import numpy as np

from tfdeblur.metrics.image_mean import ImageMean
from tfdeblur.metrics.local_means import (
    gaussian_weights,
    mean_of_neighbours,
    mix_channels,
    replicate_borders,
)
from tfdeblur.metrics.ssim_index import mean_ssim

RADIUS = 5
_WEIGHTS = gaussian_weights(sigma=1.5, radius=RADIUS)


def ssim_matlab3d(images, reference):
    """SSIM in which red, green and blue are three slices of a volume.

    Unless told which axis holds channels, MATLAB takes a (height, width, 3) array
    for a volume and smooths it with an 11x11x11 Gaussian of sigma 1.5 and
    replicated borders. Every channel is thereby compared with a mixture of all
    three, and the mean is over all voxels, borders included.

    Args:
      images, reference: (batch, height, width, channels), float in [0, 1].

    Returns:
      (batch,) float32.
    """
    mixing = _mixing_matrix(images.shape[-1])

    def local_mean(volumes):
        mixed = mix_channels(volumes, mixing)
        return mean_of_neighbours(replicate_borders(mixed, RADIUS), _WEIGHTS)

    return mean_ssim(images, reference, local_mean)


def _mixing_matrix(num_channels):
    """(num_channels, num_channels): the Gaussian along channels, the outer ones replicated."""
    matrix = np.zeros((num_channels, num_channels))
    for channel in range(num_channels):
        for offset, weight in enumerate(_WEIGHTS, start=-RADIUS):
            matrix[np.clip(channel + offset, 0, num_channels - 1), channel] += weight
    return matrix


@keras.saving.register_keras_serializable(package="tfdeblur")
class SSIMMatlab3d(ImageMean):
    """Mean `ssim_matlab3d` over images."""

    def __init__(self, name="ssim_matlab3d", dtype=None):
        super().__init__(ssim_matlab3d, name, dtype)
