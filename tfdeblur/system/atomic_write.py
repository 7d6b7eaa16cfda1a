"""Files and folders that appear whole or not at all."""

import contextlib
import hashlib
import os
import shutil
from pathlib import Path

from tfdeblur.system.full_disk import full_disk_in_words

# Bytes of a name that an unfinished file still has in its own.
_MOST_READABLE = 100


def unfinished_path(path):
    """Where `path` is while it is being written, and where a crash leaves it."""
    return _hidden_beside(path, "unfinished")


def short_name(name, max_bytes):
    """`name`, or if it is longer a name for it, always the same, with the same suffixes.

    Libraries know by these what to write. File systems limit names to 255 bytes, those that
    encrypt them to 143; a character of Chinese takes three.
    """
    if len(os.fsencode(name)) <= max_bytes:
        return name
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
    for suffix in ("".join(Path(name).suffixes), Path(name).suffix):
        if len(os.fsencode(suffix)) <= max_bytes - len(digest):
            return digest + suffix
    return digest


def _hidden_beside(path, state):
    return path.with_name(f".{state}.{short_name(path.name, _MOST_READABLE)}")


@contextlib.contextmanager
def atomic_write(path):
    """Yields a path to write to; it becomes `path` if nothing goes wrong.

    The unfinished file lies beside the final one, hidden, with the same suffixes.
    Its name is always the same, so that a run after a crash replaces what the
    crash left behind. On an exception it is removed and an older `path` stays.

    Raises:
      FullDiskError: in place of whatever else says that no space is left.
    """
    path = Path(path)
    unfinished = unfinished_path(path)
    try:
        with full_disk_in_words(path):
            yield unfinished
            # Or a power cut could leave the new name with nothing in it. Windows flushes only
            # what is open for writing.
            with unfinished.open("r+b") as file:
                os.fsync(file.fileno())
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path):
    """As `atomic_write`, for a folder that does not exist yet at the path it yields.

    An older folder `path` is replaced as a whole, with everything in it: whoever calls
    must know what it is.
    """
    path = Path(path)
    unfinished, older = unfinished_path(path), _hidden_beside(path, "older")
    shutil.rmtree(unfinished, ignore_errors=True)
    if older.exists() and not path.exists():  # a crash between the two renamings below
        older.rename(path)
    try:
        with full_disk_in_words(path):
            yield unfinished
        # No file system call replaces a folder that is not empty.
        shutil.rmtree(older, ignore_errors=True)
        if path.exists():
            path.rename(older)
        unfinished.rename(path)
        shutil.rmtree(older, ignore_errors=True)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
