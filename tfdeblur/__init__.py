"""Image deblurring in Keras: DMPHN (Zhang et al.) and PSS-NSC (Gao et al.), CVPR 2019.

Names below are imported on first use, so that ``import tfdeblur`` and
``tfdeblur --help`` do not wait for a deep learning framework.
"""

import importlib

__version__ = "0.1.0"

_EXPORTS = {
    "Deblurrer": "tfdeblur.inference.engine",
    "build_model": "tfdeblur.models.presets",
    "list_models": "tfdeblur.models.presets",
    "load_model": "tfdeblur.weights.files",
    "models": "tfdeblur.models",
}

__all__ = [*_EXPORTS, "__version__"]


def __getattr__(name):
    if name not in _EXPORTS:
        raise AttributeError(f"module 'tfdeblur' has no attribute {name!r}")
    module = importlib.import_module(_EXPORTS[name])
    return module if module.__name__ == f"tfdeblur.{name}" else getattr(module, name)


def __dir__():
    return sorted({*globals(), *_EXPORTS})
