"""File patterns, for inputs that no shell has expanded."""

import glob
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

from tfdeblur.system.file_tree import folders_in


def is_pattern(given: str | os.PathLike) -> bool:
    """Whether it stands for others; a name that exists, like `odd[1].png`, does not."""
    return glob.has_magic(str(given)) and not Path(given).exists()


def matching(pattern: str | os.PathLike) -> tuple[Path, list[Path]]:
    """Lists what a pattern stands for: `*`, `?`, `[ab]`, and `**` for folders at any depth.

    Hidden files are matched by patterns that name the dot.

    Returns:
      (base, paths): the folder before the first part with a wildcard, and the sorted
      paths in it, files and folders.
    """
    parts = Path(pattern).parts
    base = Path(*itertools.takewhile(lambda part: not glob.has_magic(part), parts))
    return base, sorted(set(map(Path, _found(parts))))


def _found(parts: Sequence[str]) -> list[str]:
    """What matches. Links in circles would keep `glob` busy with `**` for ever."""
    if "**" not in parts:
        return glob.glob(str(Path(*parts)))  # noqa: PTH207 - the pattern may be absolute
    at = parts.index("**")
    tops = glob.glob(str(Path(*parts[:at])))  # noqa: PTH207
    rest = parts[at + 1 :]
    if not rest:
        return tops
    folders = [folder for top in tops for folder in folders_in(top)]
    return [path for folder in folders for path in _found((glob.escape(str(folder)), *rest))]
