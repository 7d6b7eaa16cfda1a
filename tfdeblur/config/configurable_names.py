"""What a gin file may name: the parts of a run, and nothing else of Python.

Gin files are handed on like weights: a run's config.gin goes with its results. Gin itself
lets a file import any module and call anything in it, with arguments of its choice.
"""

import importlib
import inspect
import types

from tfdeblur.errors import InputError, shown

_PACKAGES = ("tfdeblur.data", "tfdeblur.losses", "tfdeblur.models", "tfdeblur.training")


def check_import(module):
    """Raises InputError unless gin files may import the module of that name."""
    if module not in _PACKAGES:
        raise InputError(
            f"Received a gin file that imports {shown(module)}; expected imports of "
            f"{', '.join(_PACKAGES)} only. Others can run any code."
        )


def check_configurable(names, values):
    """Raises InputError unless gin files may name a class or function.

    Args:
      names: its name in parts, e.g. ["training", "schedules", "cosine"].
      values: what the parts stand for.
    """
    packages = [importlib.import_module(name) for name in _PACKAGES]
    known = any(values[0] is package for package in packages) and all(
        isinstance(parent, types.ModuleType) and name in _public_names(parent)
        for parent, name in zip(values, names[1:], strict=False)
    )
    if not known or not (inspect.isclass(values[-1]) or inspect.isfunction(values[-1])):
        raise InputError(
            f"Received a gin file that names {shown('.'.join(names))}; expected a public class or "
            f"function of {', '.join(_PACKAGES)}."
        )


def check_origin(configurable):
    """Raises InputError unless a class or function that gin knows is ours or gin's own."""
    if configurable.__module__.split(".")[0] not in ("gin", "tfdeblur"):
        raise InputError(
            f"Received a gin file that names {shown(configurable.__module__)}."
            f"{shown(configurable.__qualname__)}; expected public names of {', '.join(_PACKAGES)}."
        )


def check_part_of_network(configurable):
    """Raises InputError unless a network may be made of what this class or function gives.

    A run may read data; where only a network is asked for, its parameters may not.
    """
    module = configurable.__module__
    if not module.startswith(("gin.", "tfdeblur.models", "tfdeblur.losses")):
        raise InputError(
            f"Received a network whose parameters call {shown(module)}."
            f"{shown(configurable.__qualname__)}; expected numbers, networks and losses."
        )


def _public_names(module):
    """What a module offers; not what it imports for itself."""
    if hasattr(module, "__all__"):
        return module.__all__
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
