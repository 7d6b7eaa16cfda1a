"""What a gin file may name: the parts of a run, and nothing else of Python.

Gin files are handed on like weights: a run's config.gin goes with its results.
"""

import functools
import inspect
import types
from typing import Any

from tfdeblur import data, losses, training
from tfdeblur.config.files import nearest_names
from tfdeblur.errors import InputError, shown

_PACKAGES = {"training": training, "data": data, "losses": losses}
_IMPORTS = tuple(f"tfdeblur.{name}" for name in _PACKAGES)


def check_import(module):
    """Raises InputError unless gin files may import the module of that name."""
    # Gin's own switches, which these files keep so that gin itself can read them.
    if module not in _IMPORTS and not module.startswith("__gin__."):
        raise InputError(
            f"Received a gin file that imports {shown(module)}; expected imports of "
            f"{', '.join(_IMPORTS)} only. Others can run any code; a network is bound by its name, "
            "such as MODEL = 'dmphn_1'."
        )


@functools.cache
def public_names():
    """Dict from names such as "training.schedules.cosine" to their classes and functions."""
    found: dict[str, Any] = {}
    for package, module in _PACKAGES.items():
        for name in module.__all__:
            value = getattr(module, name)
            if isinstance(value, types.ModuleType):
                found |= {
                    f"{package}.{name}.{inner}": function
                    for inner, function in vars(value).items()
                    if not inner.startswith("_")
                    and getattr(function, "__module__", None) == value.__name__
                }
            elif value not in found.values():  # CropSettings is offered twice
                found[f"{package}.{name}"] = value
    return found


def full_name(selector):
    """The public name that a selector such as "RunSettings" or "tfdeblur.data.Mixture" means.

    Raises:
      InputError: for other names, with the nearest.
    """
    short = selector.removeprefix("tfdeblur.")
    if short == "data.CropSettings":
        short = "training.CropSettings"
    matching = [name for name in public_names() if f".{name}".endswith(f".{short}")]
    if len(matching) != 1:
        known = {name.split(".")[-1] for name in public_names()}
        raise InputError(
            f"Received a setting of {shown(selector)}, which is no public class or function of "
            f"{', '.join(_IMPORTS)}; {nearest_names('names', selector.split('.')[-1], known)}"
        )
    return matching[0]


def check_parameter(name, parameter):
    """Raises InputError unless what a public name stands for takes an argument `parameter`."""
    parameters = inspect.signature(public_names()[name]).parameters
    if parameter not in parameters:
        raise InputError(
            f"Received the parameter {shown(parameter)} of {name}, which has none of this name; "
            f"{nearest_names('parameters', parameter, parameters)}"
        )
