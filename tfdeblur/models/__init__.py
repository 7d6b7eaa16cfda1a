"""The networks, one per file, all with the surface of `DeblurringModel`."""

from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.models.dmphn import DMPHN

__all__ = ["DMPHN", "DeblurringModel"]
