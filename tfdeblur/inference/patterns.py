"""File patterns, for inputs that no shell has expanded."""

import glob
import itertools
from pathlib import Path


def is_pattern(given):
    """Whether it stands for others; a name that exists, like `odd[1].png`, does not."""
    return glob.has_magic(str(given)) and not Path(given).exists()


def matching(pattern):
    """What a pattern stands for: `*`, `?`, `[ab]`, and `**` for folders at any depth.

    Hidden files are matched by patterns that name the dot.

    Returns:
      (base, paths): the folder before the first part with a wildcard, and the sorted
      paths in it, files and folders.
    """
    parts = Path(pattern).parts
    base = Path(*itertools.takewhile(lambda part: not glob.has_magic(part), parts))
    found = glob.glob(str(pattern), recursive=True)  # noqa: PTH207 - the pattern may be absolute
    return base, sorted(map(Path, found))
