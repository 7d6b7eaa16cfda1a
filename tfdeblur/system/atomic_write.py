"""Files and folders that appear whole or not at all."""

import contextlib
import os
import shutil
import zlib
from pathlib import Path

from tfdeblur.system.full_disk import full_disk_in_words

# Most file systems end at 255 bytes; a character takes up to 4.
_MOST_CHARACTERS = 48


def unfinished_path(path):
    """Where `path` is while it is being written, and where a crash leaves it."""
    return _hidden(path, "unfinished")


def _hidden(path, purpose):
    name = path.name
    if len(name) > _MOST_CHARACTERS:
        # Its end has the suffixes, by which libraries know what to write.
        name = f"{zlib.crc32(os.fsencode(name)):08x}.{name[-_MOST_CHARACTERS:]}"
    return path.with_name(f".{purpose}.{name}")


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
    unfinished, older = unfinished_path(path), _hidden(path, "older")
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
