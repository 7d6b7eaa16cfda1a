"""SSIM as it was published: a Gaussian window, channel by channel."""

import keras

from tfdeblur.metrics.image_mean import ImageMean
from tfdeblur.metrics.local_means import gaussian_weights, mean_of_neighbours
from tfdeblur.metrics.ssim_index import mean_ssim

_WEIGHTS = gaussian_weights(sigma=1.5, radius=5)


def ssim_gaussian(images, reference):
    """SSIM over 11x11 windows with weights of a Gaussian of sigma 1.5.

    Mean over the windows that lie wholly in the image, and over channels: what
    scikit-image gives for `gaussian_weights=True, sigma=1.5,
    use_sample_covariance=False`.

    Source: Wang et al. 2004, Sec. III-C and the authors' code.

    Args:
      images, reference: (batch, height, width, channels), float in [0, 1], at
        least 11 pixels a side.

    Returns:
      (batch,) float32.
    """
    return mean_ssim(images, reference, lambda batch: mean_of_neighbours(batch, _WEIGHTS))


@keras.saving.register_keras_serializable(package="tfdeblur")
class SSIMGaussian(ImageMean):
    """Mean `ssim_gaussian` over images."""

    def __init__(self, name="ssim_gaussian", dtype=None):
        super().__init__(ssim_gaussian, name, dtype)
