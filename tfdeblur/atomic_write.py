"""Files that appear whole or not at all."""

import contextlib
import os
from pathlib import Path


@contextlib.contextmanager
def atomic_write(path):
    """Yields a path to write to; it becomes `path` if nothing goes wrong.

    The unfinished file lies beside the final one, hidden, with the same suffixes.
    Its name is always the same, so that a run after a crash replaces what the
    crash left behind. On an exception it is removed and an older `path` stays.
    """
    path = Path(path)
    unfinished = path.with_name(f".unfinished.{path.name}")
    try:
        yield unfinished
        # Or a power cut could leave the new name with nothing in it.
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
