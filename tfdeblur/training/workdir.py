"""The folder of a run: who may write to it, and what lies where."""

import contextlib
import fcntl
from pathlib import Path

from tfdeblur.atomic_write import atomic_write
from tfdeblur.errors import InputError

WEIGHTS = "model.weights.h5"
BEST_WEIGHTS = "best.weights.h5"
CONFIG = "config.gin"
OPERATIVE_CONFIG = "operative_config.gin"
SUMMARY = "summary.json"


@contextlib.contextmanager
def locked(workdir):
    """Makes the folder `workdir` and keeps other runs out of it, also when this one is killed.

    Raises:
      InputError: when another run is in it, or it is a file.
    """
    workdir = Path(workdir)
    if workdir.exists() and not workdir.is_dir():
        raise InputError(f"{workdir}: expected a folder for the run; this is a file.")
    workdir.mkdir(parents=True, exist_ok=True)
    with (workdir / ".lock").open("w") as file:
        try:
            # Held by the open file, so the system lets go of it whatever becomes of us.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{workdir}: another run is using this folder; wait for it, or choose another "
                "--workdir."
            ) from None
        yield workdir


def write_text(path, text):
    """Writes a text file whole or not at all."""
    with atomic_write(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
