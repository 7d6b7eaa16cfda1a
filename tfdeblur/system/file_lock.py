"""One process at a time, for files that several write."""

import contextlib
import fcntl
import os
from pathlib import Path


@contextlib.contextmanager
def file_lock(path, wait=True):
    """Waits until no other process is in here with `path`, a file or folder that exists.

    A process that dies lets go of it. Readers and writers that do not come here are
    not held up.

    Args:
      path: of the file or folder.
      wait: False comes in at once, without the lock where another has it.

    Yields:
      Whether it is locked: some network file systems have no locks; what is guarded is no
      worse off there.
    """
    # Where locks are the server's, a file must be open for writing; a folder cannot be.
    opened = os.open(path, os.O_RDONLY if Path(path).is_dir() else os.O_RDWR)
    try:
        is_locked = True
        try:
            fcntl.flock(opened, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            is_locked = False
        yield is_locked
    finally:
        os.close(opened)


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
