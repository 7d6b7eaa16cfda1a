"""Peak signal-to-noise ratio."""

import math

import keras
from keras import ops

from tfdeblur.metrics.image_mean import ImageMean


def psnr(images, reference):
    """10 log10(1 / mean squared error) of every image, over all its pixels and channels.

    Args:
      images, reference: (batch, height, width, channels), float in [0, 1].

    Returns:
      (batch,) float32, in dB; infinite for equal images.
    """
    difference = ops.cast(images, "float32") - ops.cast(reference, "float32")
    mean_squared_error = ops.mean(ops.square(difference), axis=(1, 2, 3))
    return -10.0 / math.log(10.0) * ops.log(mean_squared_error)


@keras.saving.register_keras_serializable(package="tfdeblur")
class PSNR(ImageMean):
    """Mean `psnr` over images, in dB."""

    def __init__(self, name="psnr_db", dtype=None):
        super().__init__(psnr, name, dtype)
