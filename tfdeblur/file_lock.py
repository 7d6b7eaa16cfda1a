"""One process at a time, for files that several write."""

import contextlib
import fcntl
import os
from pathlib import Path


@contextlib.contextmanager
def file_lock(path):
    """Waits until no other process is in here with `path`, a file that exists.

    A process that dies lets go of it. Readers and writers that do not come here are
    not held up.
    """
    with Path(path).open("r+b") as file:
        # Some network file systems have no locks; what is guarded is no worse off there.
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def folder_lock(path):
    """As `file_lock`, for a folder that exists; yields whether its file system has locks."""
    folder = os.open(path, os.O_RDONLY)
    try:
        has_locks = True
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
        except OSError:
            has_locks = False
        yield has_locks
    finally:
        os.close(folder)


@contextlib.contextmanager
def sole_lock(path):
    """Makes the file `path` and keeps all others out of here, also when killed later.

    Raises:
      BlockingIOError: when another holds it.
    """
    with Path(path).open("w") as file:
        # Held by the open file, so the system lets go of it whatever becomes of us.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _check_still_there(file, path)
        yield


def _check_still_there(file, path):
    """Another may have finished and removed the file while we opened it."""
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(file.fileno()), Path(path).stat()):
            return
    raise BlockingIOError
