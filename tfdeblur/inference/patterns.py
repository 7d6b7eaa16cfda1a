"""File patterns, for inputs that no shell has expanded."""

import glob
from pathlib import Path

from tfdeblur.errors import InputError


def matching(patterns):
    """The paths that the patterns stand for, in order and each once.

    A name that exists stands for itself, also where it holds `*`, `?` or `[`; `**` stands
    for folders at any depth. Hidden files are matched by patterns that name the dot.

    Raises:
      InputError: for a pattern that nothing matches.
    """
    paths: dict[str, None] = {}
    for pattern in map(str, patterns):
        if Path(pattern).exists() or not glob.has_magic(pattern):
            found = [pattern]  # what does not exist is reported as an input of its own
        else:
            found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - whole paths
        if not found:
            raise InputError(f"{pattern}: no file matches; expected a pattern of existing files.")
        paths.update(dict.fromkeys(found))
    return list(paths)
