"""The hidden folder beside a target, in which a video grows until it is whole."""

import contextlib
import json
import shutil
from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.system.atomic_write import atomic_write, unfinished_path
from tfdeblur.system.locks import sole_lock

_IDENTITY = "identity.json"
_LOCK = ".lock"


def workspace_path(target):
    """`.unfinished.NAME` beside `target`."""
    return unfinished_path(Path(target))


@contextlib.contextmanager
def workspace(target, identity):
    """Makes the folder and yields its path; other processes are kept out meanwhile.

    What an interrupted run left there is kept only if that run did the same work.

    Args:
      target: path of the file to be made.
      identity: dict for JSON; all that the content depends on.

    Raises:
      InputError: when another process works on the same target.
    """
    folder = workspace_path(target)
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(sole_lock(folder / _LOCK))
        except BlockingIOError:
            raise InputError(
                f"{target}: another run is writing this file; wait for it, or choose another "
                "output."
            ) from None
        if _identity_in(folder) != identity:
            _empty(folder)
            with atomic_write(folder / _IDENTITY) as unfinished:
                unfinished.write_text(json.dumps(identity, indent=1), encoding="utf-8")
        yield folder


@contextlib.contextmanager
def finished_in(folder, target):
    """Yields a path in `folder` to write to; then it becomes `target` and the folder goes.

    The name has the suffix of `target`. On an exception `target` stays as it was.
    """
    whole = folder / f"whole{target.suffix}"
    with atomic_write(whole) as unfinished:
        yield unfinished
    whole.replace(target)
    discard(folder)


def discard(folder):
    """Removes the folder and what is in it."""
    shutil.rmtree(folder, ignore_errors=True)


def _identity_in(folder):
    try:
        return json.loads((folder / _IDENTITY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _empty(folder):
    for path in folder.iterdir():
        if path.name != _LOCK:
            path.unlink()
