"""What gin files bind: their statements, read by gin's parser and by nothing else of gin."""

import dataclasses
import pprint
from typing import Any

from gin import config_parser

from tfdeblur.config.files import config_dir, find_file, nearest_names
from tfdeblur.config.names import check_import, check_parameter, full_name
from tfdeblur.errors import InputError, shown


@dataclasses.dataclass(frozen=True)
class Reference:
    """@scope/name or @scope/name(): a class or function with what is bound to it."""

    scope: str
    name: str
    is_called: bool

    def __repr__(self):
        scope = f"{self.scope}/" if self.scope else ""
        return f"@{scope}{self.name}{'()' if self.is_called else ''}"


@dataclasses.dataclass(frozen=True)
class Macro:
    """%NAME: the value that is bound to NAME."""

    name: str

    def __repr__(self):
        return f"%{self.name}"


class _Delegate(config_parser.ParserDelegate):
    """What gin's parser makes of the two things in values that are no Python literals."""

    def configurable_reference(self, scoped_configurable_name, evaluate):
        scope, _, selector = scoped_configurable_name.rpartition("/")
        return Reference(scope, full_name(selector), evaluate)

    def macro(self, macro_name):
        return Macro(macro_name)


@dataclasses.dataclass(frozen=True)
class Bindings:
    """What files and further lines bind, later ones over earlier ones.

    Attributes:
      macros: dict from name to value.
      parameters: dict from (scope, public name, parameter) to value.
    """

    macros: dict[str, Any] = dataclasses.field(default_factory=dict)
    parameters: dict[tuple[str, str, str], Any] = dataclasses.field(default_factory=dict)

    def add_file(self, file, within=()):
        """Adds what a file binds; `within` are the files that include it."""
        path = find_file(file).resolve()
        if path in within:
            raise InputError(f"Received a gin file that includes itself (in {str(path)!r})")
        try:
            text = path.read_text(encoding="utf-8")
        except ValueError:
            raise InputError(f"Received {path}, which is no text; expected a gin file.") from None
        self._add(text, str(path), (*within, path))

    def add_line(self, line):
        """Adds what a line of text binds, and checks that something uses it if it is a macro."""
        macros_before = set(self.macros)
        self._add(line, line, ())
        used = self.used_macros()
        for macro in set(self.macros) - macros_before - used:
            nearest = nearest_names("macros", macro, macros_before & used)
            raise InputError(
                f"Received {macro}, which nothing in the configuration uses; {nearest}"
            )

    def used_macros(self):
        """Names of the macros that values refer to."""
        return set(_macros_in([*self.macros.values(), *self.parameters.values()]))

    def __str__(self):
        """As a gin file without includes, which binds the same."""
        imports = ["from __gin__ import dynamic_registration"]
        imports += [f"from tfdeblur import {name}" for name in ("data", "losses", "training")]
        macros = [_line(name, value) for name, value in sorted(self.macros.items())]
        parameters = [
            _line(f"{scope + '/' if scope else ''}{name}.{parameter}", value)
            for (scope, name, parameter), value in sorted(
                self.parameters.items(), key=lambda item: item[0]
            )
        ]
        return "\n".join([*imports, "", *macros, "", *parameters, ""])

    def _add(self, text, where, within):
        try:
            for statement in config_parser.ConfigParser(text, _Delegate()):
                self._add_statement(statement, within)
        except InputError as error:
            # Without the lines that gin's parser adds.
            raise InputError(str(error).splitlines()[0]) from error
        except RecursionError:
            raise InputError(
                f"Received brackets in brackets without end (in {where[:200]!r})"
            ) from None
        except Exception as error:  # gin raises many kinds for text that is no configuration
            said = next(iter(str(error).strip().splitlines()), type(error).__name__)
            where = next(iter(where.splitlines()), "")[:200]
            raise InputError(f"{shown(said, limit=300)} (in {where!r})") from error

    def _add_statement(self, statement, within):
        if isinstance(statement, config_parser.ImportStatement):
            check_import(statement.module)
        elif isinstance(statement, config_parser.IncludeStatement):
            self.add_file(config_dir() / statement.filename, within)
        elif isinstance(statement, config_parser.BindingStatement):
            scope, selector, parameter = statement.scope, statement.selector, statement.arg_name
            if parameter:
                name = full_name(selector)
                check_parameter(name, parameter)
                self.parameters[scope, name, parameter] = statement.value
            else:
                self.macros[f"{scope}/{selector}".removeprefix("/")] = statement.value


def _macros_in(value):
    if isinstance(value, Macro):
        yield value.name
    elif isinstance(value, dict):
        yield from _macros_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _macros_in(item)


def _line(name, value):
    text = pprint.pformat(value, width=90, sort_dicts=False)
    lines = text if "\n" not in text else "\\\n    " + text.replace("\n", "\n    ")
    return f"{name} = {lines}"
