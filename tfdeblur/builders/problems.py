"""One message for everything that is wrong with a dataset's files."""

import dataclasses

from tfdeblur.errors import InputError, first_named


@dataclasses.dataclass(frozen=True)
class Problem:
    """A file and what is wrong with it."""

    path: str
    reason: str


def refuse(source, problems, expected):
    """Raises an `InputError` if there are any problems.

    Args:
      source: the `FileSource` they were found in.
      problems: list of `Problem`.
      expected: what should have been there, in words.
    """
    if not problems:
        return
    named = first_named([f"{problem.path}: {problem.reason}" for problem in problems])
    missing = any(problem.reason == "missing" for problem in problems)
    hint = ", or pass allow_partial=True to use the pairs that are there" if missing else ""
    raise InputError(
        f"Received {source.path} with {len(problems)} files missing or wrong; expected {expected}:"
        f"\n{named}\nNothing was written. Download or extract these files again, remove "
        f"those that do not belong there{hint}."
    )
