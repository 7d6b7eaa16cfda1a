"""The loss of networks with an output per scale."""

from collections.abc import Callable
from typing import Any

import keras

from tfdeblur.losses.output_loss import OutputLoss
from tfdeblur.ops.pyramid import decimated_pyramid


@keras.saving.register_keras_serializable(package="tfdeblur")
class MultiScaleMSE(OutputLoss):
    """Mean squared error at every scale, to the sharp image brought to that scale.

    Source: Gao et al. 2019, Eq. (5).
    Deviations: the default pyramid decimates without a filter before it, because
      the release resizes with TensorFlow 1 (see `tfdeblur.ops.pyramid`).

    Args:
      pyramid: from images and a number of scales to images, coarse to fine; a network
        should be compared with the pyramid it sees.
    """

    def __init__(self, pyramid: Callable[[Any, int], list[Any]] = decimated_pyramid) -> None:
        self.pyramid = pyramid

    def targets(self, sharp: Any, num_outputs: int) -> list[Any]:
        return self.pyramid(sharp, num_outputs)
