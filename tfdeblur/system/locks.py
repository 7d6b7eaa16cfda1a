"""One process at a time, for files and folders that several write."""

import contextlib
from pathlib import Path

from filelock import FileLock, Timeout


@contextlib.contextmanager
def file_lock(path, wait=True):
    """Waits until no other process is in here with `path`, a file or folder that exists.

    A process that dies lets go of it. Readers and writers that do not come here are
    not held up. Meanwhile a hidden file lies in the folder, or beside the file.

    Args:
      path: of the file or folder.
      wait: False comes in at once, without the lock where another has it.

    Yields:
      Whether it is locked: some network file systems have no locks; what is guarded is no
      worse off there.
    """
    path = Path(path)
    lock_file = path / ".lock" if path.is_dir() else path.with_name(f".{path.name[-40:]}.lock")
    lock = _lock(lock_file)
    # A timeout is an OSError, too.
    with contextlib.suppress(OSError):
        lock.acquire(blocking=wait)
    try:
        yield lock.is_locked
    finally:
        if lock.is_locked:
            # Before it is let go, or the next process's file would be removed.
            with contextlib.suppress(OSError):  # Windows keeps open files
                lock_file.unlink()
            lock.release()


@contextlib.contextmanager
def sole_lock(path):
    """Makes the file `path` and keeps all others out of here, also when killed later.

    Raises:
      BlockingIOError: when another holds it.
    """
    lock = _lock(path)
    try:
        lock.acquire(blocking=False)
    except (Timeout, FileNotFoundError):  # or another has finished and removed the folder
        raise BlockingIOError from None
    try:
        yield
    finally:
        lock.release()


def _lock(path):
    # What it would fall back to outlives a process that is killed.
    return FileLock(path, fallback_to_soft=False)
