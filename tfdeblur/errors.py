"""The exceptions that mean "the input is at fault, not the program", and checks that raise them."""

import difflib
from collections.abc import Iterable


class TfdeblurError(Exception):
    """Whatever this package raises on purpose, and no other library does."""


class InputError(TfdeblurError, ValueError):
    """Says in one line what was received, what was expected and what to do.

    Where a list belongs to it, the list comes first and that line last.

    The apps print its message without a traceback and exit with status 2;
    every other exception is a defect of the program and keeps its traceback.
    """


def first_named(problems, limit=10):
    """The first `limit` problems, a line each, and how many more there are."""
    lines = [f"  {problem}" for problem in problems[:limit]]
    if len(problems) > limit:
        lines.append(f"  and {len(problems) - limit} more")
    return "\n".join(lines)


def printable(message):
    """A message of any number of lines, with control codes, which files may hold, spelt out."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in str(message))


def shown(text, limit=100):
    """Text from a file as it can be put into a message: short, on one line, without control codes.

    Args:
      text: anything with a str.
      limit: of its characters are shown.
    """
    text = str(text)[:limit]
    return text if text.isprintable() else repr(text)


def require(holds, name, value, expected):
    """Raises InputError, naming a setting and what it should be, unless `holds`.

    Args:
      holds: whether the value is one.
      name: of the setting, as gin files bind it, e.g. "RunSettings.steps".
      value: what it is bound to.
      expected: in words.
    """
    if not holds:
        raise InputError(f"Received {name} = {value!r}; expected {expected}.")


def require_counts(settings, *names):
    """Raises InputError unless these attributes of a settings object are 1 or more."""
    for name in names:
        value = getattr(settings, name)
        require(
            is_count(value) and value >= 1,
            f"{type(settings).__name__}.{name}",
            value,
            "a whole number of at least 1",
        )


def is_count(value):
    """Whether it is a whole number from 0 on; to Python, True is one, here not."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def nearest_first(name: str, known: Iterable[str]) -> list[str]:
    """Sorts the known names by their likeness to `name`, for messages about unknown ones."""
    known = sorted(known)
    return difflib.get_close_matches(str(name), known, n=max(1, len(known)), cutoff=0)
