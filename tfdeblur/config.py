"""Gin configurations; the only module that imports gin.

Gin keeps one global configuration per process. A library must not disturb its
user's, so everything here reads configuration files in a state of its own and
puts back what it found.

A preset is a file `gin/models/<family>/<preset>.gin` that binds the macro MODEL
to a model class and sets some of its arguments. Files whose names begin with
an underscore are there for others to include.
"""

import contextlib
import copy
import difflib
import functools
import threading
from pathlib import Path

import gin
from gin import config as gin_internals

from tfdeblur.errors import InputError

# What gin 0.5 keeps between calls and parsing or calling can change. Gin has no
# public way to save it; tests/test_config.py fails if a version adds to it.
_GIN_STATE = (
    "_CONFIG",
    "_IMPORTS",
    "_OPERATIVE_CONFIG",
    "_SINGLETONS",
    "_LOCATION_PREFIXES",
)
_gin_lock = threading.RLock()


def config_dir():
    """The folder of the packaged configurations, in a checkout and when installed."""
    package = Path(__file__).parent
    installed = package / "gin"
    return installed if installed.is_dir() else package.parent / "gin"


@functools.cache
def _preset_files():
    files = sorted(config_dir().glob("models/*/*.gin"))
    return {file.stem: file for file in files if not file.stem.startswith("_")}


def preset_names():
    """Names that `build_model` knows, sorted."""
    return sorted(_preset_files())


def build_model(name, depth=None):
    """A new, built model of a preset, with freshly initialised weights.

    Args:
      name: a preset such as "dmphn_1_2_4"; `preset_names()` lists them.
      depth: for stacks, how many of the units to build; None is all.

    Returns:
      A `tfdeblur.models.DeblurringModel` with its variables created.

    Raises:
      InputError: for an unknown name; the known ones are listed, the nearest first.
        For a depth that the network does not have.
    """
    if name not in _preset_files():
        by_likeness = difflib.get_close_matches(
            name, preset_names(), n=len(preset_names()), cutoff=0
        )
        raise InputError(f"Received model {name!r}; expected one of: {', '.join(by_likeness)}.")
    with _own_gin_state():
        gin.parse_config_file(str(_preset_files()[name]))
        model_class = gin.query_parameter("MODEL/gin.macro.value").scoped_configurable_fn
        model = model_class(name=name)
    if depth is not None:
        model = _with_depth(model, depth)
    model.build((None, None, None, 3))
    return model


def _with_depth(model, depth):
    if not 1 <= depth <= model.num_units:
        raise InputError(
            f"Received depth {depth}; expected 1 to {model.num_units}, the units of {model.name}."
        )
    if model.num_units == 1:
        return model
    return type(model).from_config({**model.get_config(), "depth": depth})


@contextlib.contextmanager
def _own_gin_state():
    with _gin_lock:
        saved = {state: copy.copy(getattr(gin_internals, state)) for state in _GIN_STATE}
        was_locked = gin.config_is_locked()
        try:
            gin.clear_config()
            # The only place to look; gin reports an error for each place that lacks a file.
            gin_internals._LOCATION_PREFIXES[:] = [str(config_dir())]
            yield
        finally:
            for state, content in saved.items():
                _replace_content(getattr(gin_internals, state), content)
            gin_internals._set_config_is_locked(was_locked)


def _replace_content(container, content):
    container.clear()
    (container.extend if isinstance(container, list) else container.update)(content)
