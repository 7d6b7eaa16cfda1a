"""An experiment from what gin files bind."""

import inspect
from typing import NamedTuple

from tfdeblur.config.bindings import Bindings, Macro, Reference
from tfdeblur.config.names import public_names
from tfdeblur.errors import InputError
from tfdeblur.training import Experiment
from tfdeblur.training.deferred import Deferred

# Macros in macros could otherwise make values of any size.
_MOST_VALUES = 10_000


class ConfiguredExperiment(NamedTuple):
    """An experiment, and its configuration as text that alone gives the same experiment."""

    experiment: Experiment
    text: str


def read_experiment(files, lines=()):
    """The experiment that gin files and further bindings describe, as a `ConfiguredExperiment`.

    Args:
      files: gin files, each a path of its own, or one below `config_dir()`, such as
        "papers/zhang2019/table1_dmphn_1_2_4.gin".
      lines: bindings such as "RunSettings.steps = 100", which override the files.

    Raises:
      InputError: for files and names that are unknown, with the nearest that are known,
        and for values that do not fit.
    """
    bindings = Bindings()
    for file in files:
        bindings.add_file(file)
    for line in lines:
        bindings.add_line(line)
    if missing := sorted(bindings.used_macros() - set(bindings.macros)):
        raise InputError(
            f"Expected a value for {', '.join(missing)} as well; add a file that gives it, "
            f'or a binding "{missing[0]}=...".'
        )
    try:
        experiment = _Resolver(bindings).made("training.Experiment", "")
    except InputError:
        raise
    except RecursionError:
        raise InputError("Received bindings that refer to themselves.") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{' '.join(map(str, files))}: these bindings make no experiment: {error}"
        ) from error
    return ConfiguredExperiment(experiment, str(bindings))


class _Resolver:
    """Puts values for macros, settings for references to settings, and calls for all others."""

    def __init__(self, bindings):
        self._bindings = bindings
        self._num_values = 0

    def made(self, name, scope):
        """What a reference stands for: settings themselves, of other things a call to make them.

        Data and schedules are made later: a dry run says what a run is before its data is there.
        """
        arguments = {}
        # What is bound in a scope goes before what is bound in those around it, or in none.
        parts = scope.split("/") if scope else []
        for within in ("/".join(parts[:length]) for length in range(len(parts) + 1)):
            for (bound_scope, bound_name, parameter), value in self._bindings.parameters.items():
                if (bound_scope, bound_name) == (within, name):
                    arguments[parameter] = value
        arguments = {key: self._value(value, scope) for key, value in arguments.items()}
        called = public_names()[name]
        if name.startswith("training.") and inspect.isclass(called):
            return called(**arguments)
        return Deferred(called, arguments)

    def _value(self, value, scope):
        self._num_values += 1
        if self._num_values > _MOST_VALUES:
            raise InputError(f"Received bindings of more than {_MOST_VALUES:,} values.")
        if isinstance(value, Macro):
            return self._value(self._bindings.macros[value.name], scope)
        if isinstance(value, Reference):
            return self.made(value.name, value.scope or scope)
        if isinstance(value, dict):
            return {key: self._value(item, scope) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._value(item, scope) for item in value)
        return value
