"""The files of a folder at any depth, through linked folders too."""

import collections
import os
from pathlib import Path


def files_in(folder, base=None):
    """All files in `folder`, sorted, without hidden files and folders.

    Links are followed, as by `find -L`, but not into a folder that the way from `base`, which
    is `folder` or holds it, has been in already.
    """
    found = [
        inside / name
        for inside, names in _walked(Path(folder), base)
        for name in names
        if not name.startswith(".")
    ]
    return sorted(path for path in found if path.is_file())


def folders_in(folder):
    """`folder` and all folders in it, as `files_in`."""
    return sorted(inside for inside, _ in _walked(Path(folder)))


def _walked(folder, base=None):
    """Yields every folder with the names of the files in it."""
    for place, subfolders, names in os.walk(folder, followlinks=True):
        inside = Path(place)
        subfolders[:] = [
            name
            for name in subfolders
            if not name.startswith(".") and not goes_in_circles(inside / name, base or folder)
        ]
        yield inside, names


def goes_in_circles(path, base):
    """Whether links lead the path into a folder twice on its way from `base`."""
    parents = [path, *path.parents]
    way = [os.path.realpath(parent) for parent in parents[: parents.index(base) + 1]]
    return len(set(way)) < len(way)


def passed_over_in_words(paths, hints=None):
    """What was left out, by kind: "3 files passed over: .heic (install the extra heic), .cr2".

    Args:
      paths: of the files, at least one.
      hints: {suffix: what to say of it}.
    """
    counts = collections.Counter(path.suffix.lower() for path in paths)
    kinds = []
    for suffix, _ in counts.most_common():
        hint = f" ({hints[suffix]})" if suffix in (hints or {}) else ""
        kinds.append(f"{suffix or 'without suffix'}{hint}")
    return f"{len(paths)} {'file' if len(paths) == 1 else 'files'} passed over: {', '.join(kinds)}"
