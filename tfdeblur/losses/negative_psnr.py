"""PSNR itself as the loss."""

import math
from typing import Any

import keras
from keras import ops

from tfdeblur.losses.full_size_mse import FullSizeMSE
from tfdeblur.ops.pyramid import averaged_pyramid


@keras.saving.register_keras_serializable(package="tfdeblur")
class NegativePSNR(FullSizeMSE):
    """Minus the mean PSNR over images, in dB, of every output.

    The mean squared error belongs to the images with most blur; here every image
    counts by its own decibels, as in the figures that are reported.

    Source: neither paper; Chen et al. 2021 (HINet), Sec. 3.3, whose loss it is.
    Deviations: `floor`.

    Args:
      floor: added to the mean squared error, so that the slope stays finite: what is
        nearer than this is good enough. 1e-5 is 50 dB.
      multi_scale: whether each output is twice the size of the one before, and is compared
        with the sharp image averaged to its size; otherwise all are of full size.
    """

    def __init__(self, floor: float = 1e-5, multi_scale: bool = False) -> None:
        self.floor = floor
        self.multi_scale = multi_scale

    def targets(self, sharp: Any, num_outputs: int) -> list[Any]:
        if self.multi_scale:
            return averaged_pyramid(sharp, num_outputs)
        return super().targets(sharp, num_outputs)

    def terms(self, outputs: list[Any], sharp: Any) -> list[Any]:
        return [
            10.0 / math.log(10.0) * ops.mean(ops.log(_mse_of_images(output, target) + self.floor))
            for output, target in zip(outputs, self.targets(sharp, len(outputs)), strict=True)
        ]


def _mse_of_images(output: Any, target: Any) -> Any:
    """(b, h, w, c) twice -> (b,), in float32."""
    difference = ops.cast(output, "float32") - ops.cast(target, "float32")
    return ops.mean(ops.square(difference), axis=(1, 2, 3))
