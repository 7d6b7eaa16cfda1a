"""A configuration of our own in gin, which keeps one for the whole process."""

import contextlib
import copy
import os
import threading

import gin
from gin import config as gin_internals

from tfdeblur.config.files import config_dir
from tfdeblur.config.gin_hooks import OwnNamesOnly

# What gin 0.5 keeps between calls and parsing or calling can change. Gin has no
# public way to save it; tests/config/test_gin_state.py fails if a version adds to it.
_GIN_STATE = (
    "_CONFIG",
    "_IMPORTS",
    "_OPERATIVE_CONFIG",
    "_SINGLETONS",
    "_LOCATION_PREFIXES",
    "_FILE_READERS",
)
_gin_lock = threading.RLock()
_GinsParseContext = gin_internals.ParseContext


@contextlib.contextmanager
def own_gin_state():
    """Within it gin has an empty configuration and reads our files; then what it had before."""
    with _gin_lock:
        saved = {state: copy.copy(getattr(gin_internals, state)) for state in _GIN_STATE}
        was_locked = gin.config_is_locked()
        try:
            gin.clear_config()
            # The only place to look; gin reports an error for each place that lacks a file.
            gin_internals._LOCATION_PREFIXES[:] = [str(config_dir())]
            # Not pipes and devices, which would never end.
            gin_internals._FILE_READERS[:] = [(open, os.path.isfile)]
            gin_internals.ParseContext = OwnNamesOnly
            yield
        finally:
            gin_internals.ParseContext = _GinsParseContext
            for state, content in saved.items():
                _replace_content(getattr(gin_internals, state), content)
            gin_internals._set_config_is_locked(was_locked)


def named_bindings():
    """Every binding by its name, e.g. "train/data.tfds_pairs.split", with its value."""
    return {
        f"{scope + '/' if scope else ''}{selector}.{parameter}": value
        for (scope, selector), parameters in gin_internals._CONFIG.items()
        for parameter, value in parameters.items()
    }


def _replace_content(container, content):
    container.clear()
    (container.extend if isinstance(container, list) else container.update)(content)
