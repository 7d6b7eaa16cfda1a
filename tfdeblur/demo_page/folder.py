"""The folder of a server of the page: nothing of visitors outlives the server in it."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "tfdeblur_demo_"


@contextlib.contextmanager
def private_folder():
    """A new temporary folder, removed at the end with everything in it.

    A server that was killed could not remove its own. Those are removed here, by the next.

    Yields:
      Its path.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        _remove_unless_in_use(left)
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        opened = os.open(folder, os.O_RDONLY)
        try:
            # Let go of by the system, whatever becomes of this process.
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield Path(folder)
        finally:
            os.close(opened)


def _remove_unless_in_use(folder):
    # Others' folders are none of our business, and their owners' next server removes them.
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        finally:
            os.close(opened)
