"""The settings of a run as plain data: what is compared when a run goes on."""

import dataclasses
import json

from tfdeblur.models.architecture import completed
from tfdeblur.training.deferred import Deferred


def settings_of(experiment):
    """All settings of an `Experiment` as JSON has them, those left to their defaults too.

    The network is there by its class and arguments: a preset is a name for them.
    """
    plain = _plain(experiment)
    del plain["model"], plain["model_arguments"]
    return json.loads(json.dumps({"network": completed(experiment.architecture()), **plain}))


def differing_settings(one, other):
    """Names of settings that differ, such as "run.steps": a dict to both values, None for none."""
    differing: dict = {}
    for name in sorted(one.keys() | other.keys()):
        first, second = one.get(name), other.get(name)
        if first != second:
            alike = isinstance(first, dict) and isinstance(second, dict)
            # The arguments of different functions have nothing to do with each other.
            if alike and first.get("call") == second.get("call"):
                inner = differing_settings(first, second)
                differing |= {f"{name}.{part}": values for part, values in inner.items()}
            else:
                differing[name] = (first, second)
    return differing


def _plain(value):
    if isinstance(value, Deferred):
        return _plain(value.settings())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if callable(value):
        return Deferred(value).name
    return value
