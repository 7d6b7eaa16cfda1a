"""Training losses, one idea per file, all with the interface of `OutputLoss`.

A network says which one it is trained with (`DeblurringModel.training_loss`), so
training code never asks which network it has.
"""

from tfdeblur.losses.charbonnier import Charbonnier
from tfdeblur.losses.full_size_mse import FullSizeMSE
from tfdeblur.losses.multi_scale_mse import MultiScaleMSE
from tfdeblur.losses.negative_psnr import NegativePSNR
from tfdeblur.losses.output_loss import OutputLoss

__all__ = ["Charbonnier", "FullSizeMSE", "MultiScaleMSE", "NegativePSNR", "OutputLoss"]
