"""The folder of a server of the page: nothing of visitors outlives the server in it."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from tfdeblur.system.locks import file_lock

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
    temporary = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
    with temporary as folder, file_lock(folder):
        yield Path(folder)


def files_below(folder, but=None):
    """Paths of the files in a folder at any depth, some of which may be removed meanwhile.

    Args:
      folder: path.
      but: path of a folder in it that is left out.
    """
    # Not rglob, which in Python 3.11 fails where another thread removes a folder.
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = [name for name in subfolders if Path(parent, name) != but]
        yield from (Path(parent, name) for name in names)


def _remove_unless_in_use(folder):
    # Others' folders are none of our business, and their owners' next server removes them.
    with contextlib.suppress(OSError), file_lock(folder, wait=False) as is_left:
        if is_left:
            shutil.rmtree(folder)
