"""Libraries that only some installations have."""

import importlib.util

from tfdeblur.errors import InputError


def require_extra(extra, modules, purpose):
    """Raises InputError unless all of `modules` can be imported.

    Args:
      extra: name of the extra of this package that installs them.
      modules: names of top-level modules.
      purpose: what needs them, as the subject of a sentence, e.g. "ONNX export".
    """
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"{purpose} needs {' and '.join(missing)}, which this Python does not have. Install "
            f"the extra {extra}: pip install 'tfdeblur[{extra}]', or '.[{extra}]' in a checkout."
        )
