"""SSIM as scikit-image computes it unless told otherwise."""

import keras
import numpy as np

from tfdeblur.metrics.image_mean import ImageMean
from tfdeblur.metrics.local_means import mean_of_neighbours
from tfdeblur.metrics.ssim_index import mean_ssim

_SIZE = 7
_WEIGHTS = np.full(_SIZE, 1 / _SIZE)


def ssim_skimage(images, reference):
    """SSIM over 7x7 windows of equal weights, with unbiased variances.

    Mean over the windows that lie wholly in the image, and over channels:
    `skimage.metrics.structural_similarity(..., channel_axis=-1)`.

    Args:
      images, reference: (batch, height, width, channels), float in [0, 1], at
        least 7 pixels a side.

    Returns:
      (batch,) float32.
    """
    return mean_ssim(
        images,
        reference,
        lambda batch: mean_of_neighbours(batch, _WEIGHTS),
        variance_factor=_SIZE**2 / (_SIZE**2 - 1),
    )


@keras.saving.register_keras_serializable(package="tfdeblur")
class SSIMSkimage(ImageMean):
    """Mean `ssim_skimage` over images."""

    def __init__(self, name="ssim_skimage", dtype=None):
        super().__init__(ssim_skimage, name, dtype)
