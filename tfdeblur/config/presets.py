"""Networks by name: the files of gin/models."""

import difflib
import functools
import inspect
from pathlib import Path

import gin

from tfdeblur.config.files import config_dir
from tfdeblur.config.gin_hooks import networks_only
from tfdeblur.config.gin_state import own_gin_state
from tfdeblur.config.parsing import PARSE_ERRORS, first_line, parse_file
from tfdeblur.errors import InputError
from tfdeblur.weights.files import network_identity


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
      name: a preset such as "dmphn_1_2_4"; `preset_names()` lists them. Or the path of
        a `.gin` file that binds MODEL, such as the config.gin of a training run.
      depth: for stacks, how many of the units to build; None is all.

    Returns:
      A `tfdeblur.models.DeblurringModel` with its variables created.

    Raises:
      InputError: for an unknown name; the known ones are listed, the nearest first.
        For a depth that the network does not have.
    """
    model = _unbuilt_model(name)
    if depth is not None:
        model = _with_depth(model, depth)
    model.build((None, None, None, 3))
    return model


def preset_of(model):
    """Name of the preset that builds networks like `model`, or None."""
    with own_gin_state():
        for name in preset_names():
            gin.clear_config()
            gin.parse_config_file(str(_preset_files()[name]))
            model_class = _model_class()
            # By name, since gin hands out classes derived from the original. The names of a
            # stack's units say nothing: they are counted up with every stack that is made.
            alike = model_class.__name__ == type(model).__name__
            if alike and network_identity(model_class()) == network_identity(model):
                return name
    return None


def _model_class():
    return gin.query_parameter("MODEL/gin.macro.value").scoped_configurable_fn


def _checked_network(network):
    from tfdeblur.models import DeblurringModel

    if not (inspect.isclass(network) and issubclass(network, DeblurringModel)):
        raise ValueError(f"it is {getattr(network, '__name__', network)}, which is no network")
    return network


def _unbuilt_model(name):
    if str(name).endswith(".gin") and Path(name).is_file():
        file, model_name = Path(name).resolve(), Path(name).stem
    elif name in _preset_files():
        file, model_name = _preset_files()[name], name
    else:
        by_likeness = difflib.get_close_matches(
            name, preset_names(), n=len(preset_names()), cutoff=0
        )
        raise InputError(f"Received model {name!r}; expected one of: {', '.join(by_likeness)}.")
    with own_gin_state():
        parse_file(file)
        try:
            with networks_only():
                return _checked_network(_model_class())(name=model_name)
        except InputError:
            raise
        except PARSE_ERRORS as error:
            raise InputError(
                f"{file}: binds no MODEL that can be built: {first_line(error)}"
            ) from error


def _with_depth(model, depth):
    if not 1 <= depth <= model.num_units:
        raise InputError(
            f"Received depth {depth}; expected 1 to {model.num_units}, the units of {model.name}."
        )
    if model.num_units == 1:
        return model
    return type(model).from_config({**model.get_config(), "depth": depth})
