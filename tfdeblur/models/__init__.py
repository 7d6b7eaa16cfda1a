"""The networks, one per file, all with the surface of `DeblurringModel`."""

from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.models.dmphn import DMPHN
from tfdeblur.models.pss_nsc import PSSNSC

__all__ = ["DMPHN", "PSSNSC", "DeblurringModel"]
