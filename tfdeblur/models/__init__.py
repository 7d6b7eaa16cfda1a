"""The networks, one per file, all with the surface of `DeblurringModel`.

Each is imported on first use, so that `presets`, which only names them, costs no Keras.
"""

import importlib

_FILES = {
    "DMPHN": "dmphn",
    "DMSN": "dmsn",
    "DeblurringModel": "deblurring_model",
    "NAFNet": "nafnet",
    "PSSNSC": "pss_nsc",
    "ResidualUNet": "residual_unet",
    "Stack": "stacked",
    "VMPHN": "vmphn",
}

__all__ = ["DMPHN", "DMSN", "PSSNSC", "VMPHN", "DeblurringModel", "NAFNet", "ResidualUNet", "Stack"]


def __getattr__(name):
    if name not in _FILES:
        raise AttributeError(f"module 'tfdeblur.models' has no attribute {name!r}")
    return getattr(importlib.import_module(f"tfdeblur.models.{_FILES[name]}"), name)
