"""Gin's parser; what it says of text that is no configuration becomes one line of our own."""

import difflib
import inspect
import re
import tokenize

import gin
from gin import config as gin_internals

from tfdeblur.errors import InputError, shown

# What gin raises for text that is no configuration.
PARSE_ERRORS = (
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


def parse_file(path):
    """Adds what a file binds. Raises InputError for one that is no configuration."""
    _parse(gin.parse_config_file, str(path))


def parse_text(text):
    """Adds what lines of text bind. Raises InputError for other text."""
    _parse(gin.parse_config, text)


def _parse(parser, what):
    try:
        parser(what)
    except InputError as error:
        raise InputError(first_line(error)) from error
    except PARSE_ERRORS as error:
        raise InputError(_in_words(error, what)) from error


def _in_words(error, what):
    where = f"(in {next(iter(str(what).splitlines()), '')[:200]!r})"
    if isinstance(error, RecursionError):
        # Not asked what it says: gin's exceptions hold one another as deep as it came.
        return (
            "Received a gin file that includes itself, or has brackets in brackets without end "
            f"{where}"
        )
    said = str(error)
    if found := re.search(r"No configurable matching '([^']*)'", said):
        known = {selector.split(".")[-1] for selector, _ in gin_internals._REGISTRY.items()}
        unknown = found[1].split("/")[-1]
        nearest = nearest_names("names", unknown.split(".")[-1], known)
        return f"Received a setting of {unknown}; {nearest}"
    if found := re.search(r"'([^']*)' doesn't have a parameter named '([^']*)'", said):
        return unknown_parameter(found[1], found[2])
    return f"{shown(first_line(error), limit=300)} {where}"


def unknown_parameter(selector, name):
    """The message for an argument that what a selector stands for does not have."""
    nearest = nearest_names("parameters", name, parameters_of(selector))
    return f"Received the parameter {name} of {selector}, which has none of this name; {nearest}"


def nearest_names(kind, name, known):
    """Words that list the known names of a kind that are most like `name`."""
    nearest = difflib.get_close_matches(name, sorted(set(known)), n=3, cutoff=0)
    return f"the nearest {kind} are {', '.join(nearest)}." if nearest else f"it knows no {kind}."


def first_line(error):
    """The first line of an exception's message, or its type where it says nothing."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def parameters_of(selector):
    """Names of the arguments of what a selector stands for, as it was before gin wrapped it."""
    configurable = gin_internals._REGISTRY.get_match(selector).wrapped
    parameters = inspect.signature(configurable).parameters.values()
    return [p.name for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD]
