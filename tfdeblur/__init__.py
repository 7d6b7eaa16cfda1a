"""Image deblurring in Keras: DMPHN (Zhang et al.) and PSS-NSC (Gao et al.), CVPR 2019.

Names below are imported on first use, so that ``import tfdeblur`` and
``tfdeblur --help`` do not wait for a deep learning framework.
"""

import importlib
import sys
import types
from typing import TYPE_CHECKING, Any

from tfdeblur.errors import InputError, TfdeblurError
from tfdeblur.keras_registration import register_classes

if TYPE_CHECKING:
    from tfdeblur.evaluation.whole_set import evaluate
    from tfdeblur.inference.engine import Deblurrer
    from tfdeblur.models.presets import build_model, list_models
    from tfdeblur.video.pipeline import deblur_video
    from tfdeblur.weights.files import load_model

__version__ = "0.1.0"

_EXPORTS = {
    "Deblurrer": "tfdeblur.inference.engine",
    "build_model": "tfdeblur.models.presets",
    "deblur_video": "tfdeblur.video.pipeline",
    "evaluate": "tfdeblur.evaluation.whole_set",
    "list_models": "tfdeblur.models.presets",
    "load_model": "tfdeblur.weights.files",
}
_PACKAGES = (
    "data",
    "evaluation",
    "exporting",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "synthesis",
    "training",
    "video",
    "weights",
)

__all__ = [
    "Deblurrer",
    "InputError",
    "TfdeblurError",
    "__version__",
    "build_model",
    "deblur_video",
    "evaluate",
    "list_models",
    "load_model",
    *_PACKAGES,
]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    if name in _PACKAGES:
        return importlib.import_module(f"tfdeblur.{name}")
    raise AttributeError(f"module 'tfdeblur' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(types.ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        # Python makes every module that is imported an attribute of its package; importing the app
        # tfdeblur/evaluate.py would put it in the place of the function of that name.
        if not (name in _EXPORTS and isinstance(value, types.ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
register_classes()
