"""A loss that counts an error by its size, not by its square."""

from typing import Any

import keras
from keras import ops

from tfdeblur.losses.full_size_mse import FullSizeMSE


@keras.saving.register_keras_serializable(package="tfdeblur")
class Charbonnier(FullSizeMSE):
    """Mean of sqrt(error^2 + epsilon^2) over pixels and channels, of every output.

    Nearly the mean absolute error, but smooth at 0. Squares belong to the few crops with most
    blur; small batches of mixed crops learn faster by this one.

    Source: neither paper; Charbonnier et al., ICIP 1994; for restoration Lai et al. (LapSRN),
      CVPR 2017, Eq. (2).

    Args:
      epsilon: error below which the loss is nearly flat, in units of the image range.
    """

    def __init__(self, epsilon: float = 1e-3) -> None:
        self.epsilon = epsilon

    def terms(self, outputs: list[Any], sharp: Any) -> list[Any]:
        return [
            ops.mean(ops.sqrt(ops.square(_difference(output, target)) + self.epsilon**2))
            for output, target in zip(outputs, self.targets(sharp, len(outputs)), strict=True)
        ]


def _difference(output: Any, target: Any) -> Any:
    return ops.cast(output, "float32") - ops.cast(target, "float32")
