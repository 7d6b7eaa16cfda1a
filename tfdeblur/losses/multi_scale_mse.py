"""The loss of networks with an output per scale."""

from tfdeblur.losses.output_loss import OutputLoss
from tfdeblur.ops.pyramid import decimated_pyramid


class MultiScaleMSE(OutputLoss):
    """Mean squared error at every scale, to the sharp image brought to that scale.

    Source: Gao et al. 2019, Eq. (5).
    Deviations: the default pyramid decimates without a filter before it, because
      the release resizes with TensorFlow 1 (see `tfdeblur.ops.pyramid`).

    Args:
      pyramid: function (images, num_scales) -> list of images, coarse to fine; a
        network should be compared with the pyramid it sees.
    """

    def __init__(self, pyramid=decimated_pyramid):
        self.pyramid = pyramid

    def targets(self, sharp, num_outputs):
        return self.pyramid(sharp, num_outputs)
