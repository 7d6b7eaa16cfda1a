"""The folder of a run: who may write to it, and what lies where."""

import contextlib
from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.system.atomic_write import atomic_write
from tfdeblur.system.locks import sole_lock

CONFIG = "config.gin"
SETTINGS = "settings.json"
CHECKPOINTS = "checkpoints"
TENSORBOARD = "tensorboard"
HISTORY = "history.csv"
CURVE = "training_curve.png"
WEIGHTS = "model.weights.h5"
BEST_WEIGHTS = "best.weights.h5"
EVALUATION = "evaluation"
SUMMARY = "summary.json"
PICTURE = "before_after.png"
SAVED_MODEL = "saved_model"


@contextlib.contextmanager
def locked(workdir, needed=True):
    """Makes the folder `workdir` and keeps other runs out of it, also when this one is killed.

    Args:
      workdir: the folder.
      needed: False does nothing: of several workers of one run, only the chief locks.

    Raises:
      InputError: when another run is in it, or it is a file.
    """
    workdir = Path(workdir)
    if not needed:
        yield workdir
        return
    if workdir.exists() and not workdir.is_dir():
        raise InputError(f"{workdir}: expected a folder for the run; this is a file.")
    workdir.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(sole_lock(workdir / ".lock"))
        except BlockingIOError:
            raise InputError(
                f"{workdir}: another run is using this folder; wait for it, or choose "
                "another folder."
            ) from None
        yield workdir


def write_text(path, text):
    """Writes a text file whole or not at all."""
    with atomic_write(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
