"""The loss of DMPHN and of the networks stacked from it."""

from typing import Any

import keras

from tfdeblur.losses.output_loss import OutputLoss


@keras.saving.register_keras_serializable(package="tfdeblur")
class FullSizeMSE(OutputLoss):
    """Mean squared error of every output to the sharp image, all of full size.

    With one output this is the loss of DMPHN, with one output per stacked unit
    that of Stack(k).

    Source: Zhang et al. 2019, Eqs. (10) and (11).
    Deviations: none from the release, which takes means over pixels and channels.
    """

    def targets(self, sharp: Any, num_outputs: int) -> list[Any]:
        return [sharp] * num_outputs
