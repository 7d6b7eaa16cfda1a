"""Gin configurations; the only module that imports gin.

Gin keeps one global configuration per process. A library must not disturb its
user's, so everything here reads configuration files in a state of its own and
puts back what it found.

A preset is a file `gin/models/<family>/<preset>.gin` that binds the macro MODEL
to a model class and sets some of its arguments. A run is a file that binds the
arguments of `tfdeblur.training.Experiment` besides. Files whose names begin with an
underscore are there for others to include.
"""

import contextlib
import copy
import dataclasses
import difflib
import functools
import inspect
import os
import re
import threading
import tokenize
from pathlib import Path
from typing import Any

import gin
from gin import config as gin_internals

from tfdeblur.configurable_names import (
    check_configurable,
    check_import,
    check_origin,
    check_part_of_network,
)
from tfdeblur.errors import InputError, shown
from tfdeblur.weights.files import network_identity

# What gin 0.5 keeps between calls and parsing or calling can change. Gin has no
# public way to save it; tests/test_config.py fails if a version adds to it.
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

# What gin raises for text that is no configuration.
_PARSE_ERRORS = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    tokenize.TokenError,
)

# What gin adds to the message of an exception from something it calls.
_GINS_LINE = re.compile(r"\s*In call to configurable '([^']*)'")


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
    with _own_gin_state():
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


@functools.lru_cache(maxsize=1)
def _run_file_names():
    root = config_dir()
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*.gin"))


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
    with _own_gin_state():
        for file in files:
            _parse(gin.parse_config_file, str(_find(file)))
        in_files = set(_bindings())
        for line in bindings:
            _parse(gin.parse_config, line)
        _check_parameters()
        _check_macros(set(_bindings()) - in_files)
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
            f"{_first_line(error)}"
        ) from error


@contextlib.contextmanager
def binding_errors_in_words():
    """One line for what a configured constructor refuses; gin adds lines of its own.

    Around the calls of an experiment's constructors, and of nothing else, whose errors
    would be taken for those of a configuration.
    """
    try:
        yield
    except InputError as error:
        raise InputError("\n".join(_without_gins_lines(error))) from error
    except (TypeError, ValueError, AttributeError) as error:
        lines = str(error).splitlines()
        called = [found[1] for line in lines if (found := _GINS_LINE.match(line))]
        if not called:
            raise
        raise InputError(
            f"Received bindings with which {called[0]} cannot be called: {_first_line(error)}"
        ) from error


def _without_gins_lines(error):
    return [line for line in str(error).splitlines() if not _GINS_LINE.match(line)]


def differing_bindings(one, other):
    """Names of what two full configurations bind differently, a dict to both values as text."""
    sides = []
    for text in (one, other):
        with _own_gin_state():
            _parse(gin.parse_config, text)
            sides.append({name: repr(value) for name, value in _bindings().items()})
    first, second = sides
    return {
        name: (first.get(name, "nothing"), second.get(name, "nothing"))
        for name in sorted(first.keys() | second.keys())
        if first.get(name) != second.get(name)
    }


def _find(file):
    for path in (Path(file), config_dir() / file):
        if path.is_file():
            # Gin would look for a relative path in the packaged folder only.
            return path.resolve()
    names = [name for name in _run_file_names() if not Path(name).name.startswith("_")]
    raise InputError(
        f"Received the gin file {file}; expected a file, or one of the packaged ones: "
        f"{_nearest('of them', str(file), names)}"
    )


def _parse(parse, what):
    try:
        parse(what)
    except InputError as error:
        raise InputError(_first_line(error)) from error
    except _PARSE_ERRORS as error:
        raise InputError(_in_words(error, what)) from error


def _in_words(error, what):
    said = str(error)
    if found := re.search(r"No configurable matching '([^']*)'", said):
        known = {selector.split(".")[-1] for selector, _ in gin_internals._REGISTRY.items()}
        unknown = found[1].split("/")[-1]
        return (
            f"Received a setting of {unknown}; {_nearest('names', unknown.split('.')[-1], known)}"
        )
    if found := re.search(r"'([^']*)' doesn't have a parameter named '([^']*)'", said):
        return _unknown_parameter(found[1], found[2])
    if isinstance(error, RecursionError):
        message = (
            "Received a gin file that includes itself, or has brackets in brackets without end"
        )
    else:
        message = shown(_first_line(error), limit=300)
    where = next(iter(str(what).splitlines()), "")
    return f"{message} (in {where[:200]!r})"


def _unknown_parameter(selector, name):
    nearest = _nearest("parameters", name, _parameters(selector))
    return f"Received the parameter {name} of {selector}, which has none of this name; {nearest}"


def _nearest(kind, name, known):
    nearest = difflib.get_close_matches(name, sorted(set(known)), n=3, cutoff=0)
    return f"the nearest {kind} are {', '.join(nearest)}." if nearest else f"it knows no {kind}."


def _first_line(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def _parameters(selector):
    """Names of the arguments of what a selector stands for, as it was before gin wrapped it."""
    configurable = gin_internals._REGISTRY.get_match(selector).wrapped
    parameters = inspect.signature(configurable).parameters.values()
    return [p.name for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD]


def _check_parameters():
    """Finds mistyped arguments of classes that pass `**kwargs` on, which gin lets through."""
    for (_, selector), arguments in gin_internals._CONFIG.items():
        if selector == "gin.macro":
            continue
        for name in arguments:
            if name not in _parameters(selector):
                raise InputError(_unknown_parameter(selector, name))


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
            nearest = _nearest("macros", macro, macros & used)
            raise InputError(
                f"Received {macro}, which nothing in the configuration uses; {nearest}"
            )


def _bindings():
    """Every binding by its name, e.g. "train/data.tfds_pairs.split", with its value."""
    return {
        f"{scope + '/' if scope else ''}{selector}.{parameter}": value
        for (scope, selector), parameters in gin_internals._CONFIG.items()
        for parameter, value in parameters.items()
    }


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
    with _own_gin_state():
        _parse(gin.parse_config_file, str(file))
        try:
            with _networks_only():
                return _checked_network(_model_class())(name=model_name)
        except InputError:
            raise
        except _PARSE_ERRORS as error:
            raise InputError(
                f"{file}: binds no MODEL that can be built: {_first_line(error)}"
            ) from error


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
            # Not pipes and devices, which would never end.
            gin_internals._FILE_READERS[:] = [(open, os.path.isfile)]
            gin_internals.ParseContext = _OwnNamesOnly
            yield
        finally:
            gin_internals.ParseContext = _GinsParseContext
            for state, content in saved.items():
                _replace_content(getattr(gin_internals, state), content)
            gin_internals._set_config_is_locked(was_locked)


@contextlib.contextmanager
def _networks_only():
    """Gin evaluates a reference to a call when a copy of the parameters is made."""
    reference = gin_internals.ConfigurableReference
    evaluated = reference.__deepcopy__

    def checked(self, memo):
        check_part_of_network(self.configurable.wrapped)
        return evaluated(self, memo)

    reference.__deepcopy__ = checked
    try:
        yield
    finally:
        reference.__deepcopy__ = evaluated


class _OwnNamesOnly(gin_internals.ParseContext):
    """What gin imports and looks up for a file, held to `configurable_names`.

    A gin file can otherwise import any module and call anything in it.
    """

    def process_import(self, statement):
        if not statement.module.startswith("__gin__."):
            check_import(statement.module)
        super().process_import(statement)

    def get_configurable(self, selector):
        if self._dynamic_registration:
            names, values = self._resolve_selector(selector)
            if names[0] != "gin":
                check_configurable(names, values)
        configurable = super().get_configurable(selector)
        if configurable is not None:
            # Whoever uses gin in this process may have made anything known to it.
            check_origin(configurable.wrapped)
        return configurable


def _replace_content(container, content):
    container.clear()
    (container.extend if isinstance(container, list) else container.update)(content)
