"""The loss of PSS-NSC."""

from tfdeblur.losses.output_loss import OutputLoss
from tfdeblur.ops.pyramid import decimated_pyramid


class MultiScaleMSE(OutputLoss):
    """Mean squared error at every scale, to the sharp image decimated to that scale.

    Source: Gao et al. 2019, Eq. (5).
    Deviations: the pyramid decimates without a filter before it, because the
      release resizes with TensorFlow 1 (see `tfdeblur.ops.pyramid`).
    """

    def targets(self, sharp, num_outputs):
        return decimated_pyramid(sharp, num_outputs)
