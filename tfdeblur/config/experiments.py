"""Runs: an experiment from gin files, and what two of them bind differently."""

import contextlib
import dataclasses
import re
from typing import Any

import gin
from gin import config as gin_internals

from tfdeblur.config.binding_errors import binding_errors_in_words
from tfdeblur.config.files import find_file
from tfdeblur.config.gin_state import named_bindings, own_gin_state
from tfdeblur.config.parsing import (
    first_line,
    nearest_names,
    parameters_of,
    parse_file,
    parse_text,
    unknown_parameter,
)
from tfdeblur.errors import InputError


@dataclasses.dataclass(frozen=True)
class ConfiguredExperiment:
    """An experiment and the configuration that it came from.

    Attributes:
      experiment: `tfdeblur.training.Experiment`.
      full: the whole configuration as text, which by itself gives the same experiment.
    """

    experiment: Any
    full: str

    def operative(self):
        """What of the configuration has been used up to now, with the defaults that were."""
        return gin.operative_config_str()


@contextlib.contextmanager
def configured_experiment(files, bindings=()):
    """The experiment that gin files and further bindings describe.

    Constructors in it can be called inside the context only, since gin gives them
    their arguments then.

    Args:
      files: gin files, each a path below `config_dir()`, such as
        "papers/zhang2019/table1_dmphn_1_2_4.gin", or a path of its own.
      bindings: lines such as "RunSettings.steps = 100" that override the files.

    Yields:
      A `ConfiguredExperiment`.

    Raises:
      InputError: for files and names that are unknown, with the nearest that are known,
        and for values that do not fit.
    """
    with own_gin_state():
        for file in files:
            parse_file(find_file(file))
        in_files = set(named_bindings())
        for line in bindings:
            parse_text(line)
        _check_parameters()
        _check_macros(set(named_bindings()) - in_files)
        full = gin.config_str()
        with binding_errors_in_words():
            experiment = _experiment(files)
        yield ConfiguredExperiment(experiment, full)


def _experiment(files):
    try:
        return gin.get_configurable("training.Experiment")()
    except InputError:
        raise
    except (TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise InputError(
            f"{' '.join(str(file) for file in files)}: these bindings make no experiment: "
            f"{first_line(error)}"
        ) from error


def differing_bindings(one, other):
    """Names of what two full configurations bind differently, a dict to both values as text."""
    sides = []
    for text in (one, other):
        with own_gin_state():
            parse_text(text)
            sides.append({name: repr(value) for name, value in named_bindings().items()})
    first, second = sides
    return {
        name: (first.get(name, "nothing"), second.get(name, "nothing"))
        for name in sorted(first.keys() | second.keys())
        if first.get(name) != second.get(name)
    }


def _check_parameters():
    """Finds mistyped arguments of classes that pass `**kwargs` on, which gin lets through."""
    for (_, selector), arguments in gin_internals._CONFIG.items():
        if selector == "gin.macro":
            continue
        for name in arguments:
            if name not in parameters_of(selector):
                raise InputError(unknown_parameter(selector, name))


def _check_macros(given):
    """Finds macros that were given and that nothing uses, and those that are used and not given."""
    used = set(re.findall(r"%([\w.]+)", repr(list(gin_internals._CONFIG.values()))))
    macros = {scope for scope, selector in gin_internals._CONFIG if selector == "gin.macro"}
    if missing := sorted(used - macros):
        raise InputError(
            f"Expected a value for {', '.join(missing)} as well; add a --gin_file that gives it, "
            f'or --gin_param="{missing[0]}=...".'
        )
    for name in given:
        macro = name.removesuffix("/gin.macro.value")
        if macro != name and macro not in used:
            nearest = nearest_names("macros", macro, macros & used)
            raise InputError(
                f"Received {macro}, which nothing in the configuration uses; {nearest}"
            )
