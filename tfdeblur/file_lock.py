"""One process at a time, for files that several write."""

import contextlib
import fcntl
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
