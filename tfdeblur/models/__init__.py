"""The networks, one per file, all with the surface of `DeblurringModel`."""

from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.models.dmphn import DMPHN
from tfdeblur.models.dmsn import DMSN
from tfdeblur.models.nafnet import NAFNet
from tfdeblur.models.pss_nsc import PSSNSC
from tfdeblur.models.residual_unet import ResidualUNet
from tfdeblur.models.stacked import Stack
from tfdeblur.models.vmphn import VMPHN

__all__ = ["DMPHN", "DMSN", "PSSNSC", "VMPHN", "DeblurringModel", "NAFNet", "ResidualUNet", "Stack"]
