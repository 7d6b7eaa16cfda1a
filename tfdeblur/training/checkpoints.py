"""Checkpoints of a run: all that the next step depends on, and proof that it is whole.

A checkpoint is a weight file `step_000001000.weights.h5` with the optimizer's state,
its moving average included, and beside it `step_000001000.json` with the step and
the file's SHA-256. The second is written last, so a checkpoint without one was not
finished; one whose file has another digest is damaged. As weight files, checkpoints can
be used with `tfdeblur deblur` as they are.

Data needs no state: a batch is a function of the seed and the step.
"""

import hashlib
import json
import logging
import re
import warnings
from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.system.atomic_write import atomic_write
from tfdeblur.weights import SUFFIX
from tfdeblur.weights.files import load_weights, save_weights

_log = logging.getLogger(__name__)


class Checkpoints:
    """The checkpoints in a folder.

    Args:
      folder: made when the first one is saved.
      keep: how many of the newest stay.
    """

    def __init__(self, folder, keep=3):
        self.folder = Path(folder)
        self.keep = keep

    def steps(self):
        """Steps of all complete checkpoints, ascending."""
        return sorted(
            int(found[1])
            for path in self.folder.glob("step_*.json")
            if (found := re.fullmatch(r"step_(\d+)\.json", path.name))
        )

    def weights_path(self, step):
        """The weight file of the checkpoint of a step."""
        return self.folder / f"step_{step:09d}{SUFFIX}"

    def save(self, model, step):
        """Saves a compiled `model` after `step` steps and removes what is too old.

        Raises:
          OSError: when it cannot be written, e.g. on a full disk; older checkpoints
            stay then.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.weights_path(step)
        save_weights(model, path, with_optimizer=True)
        with atomic_write(self._json_path(step)) as unfinished:
            unfinished.write_text(json.dumps({"step": step, "sha256": sha256(path)}) + "\n")
        # Only now, so that a failure above leaves all that was there. A later step is one that
        # was damaged when the run went back before it.
        for later in (other for other in self.steps() if other > step):
            self._remove(later)
        for old in self.steps()[: -self.keep]:
            self._remove(old)
        self._remove_unfinished()

    def restore_newest(self, model):
        """Restores the compiled `model` with its optimizer; returns the step, 0 for none.

        A damaged checkpoint is passed over with a warning, and the one before it taken.

        Raises:
          InputError: when there are checkpoints and none is whole, or the newest whole
            one is of another model.
        """
        # Keras passes over the state of an optimizer that has no variables yet.
        model.optimizer.build(model.trainable_variables)
        steps = self.steps()
        for step in reversed(steps):
            if self._is_whole(step):
                # Keras only warns when it passes over the state of an optimizer.
                with warnings.catch_warnings(action="error", category=UserWarning):
                    load_weights(model, self.weights_path(step))
                return step
            _log.warning(
                "checkpoint %s is damaged; going back to the one before", self.weights_path(step)
            )
        if steps:
            raise InputError(
                f"{self.folder}: all {len(steps)} checkpoints are damaged; remove the folder to "
                "train from the beginning."
            )
        return 0

    def _is_whole(self, step):
        try:
            recorded = json.loads(self._json_path(step).read_text())["sha256"]
            return recorded == sha256(self.weights_path(step))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return False

    def _json_path(self, step):
        return self.folder / f"step_{step:09d}.json"

    def _remove(self, step):
        # First what makes it count.
        self._json_path(step).unlink(missing_ok=True)
        self.weights_path(step).unlink(missing_ok=True)

    def _remove_unfinished(self):
        complete = {self.weights_path(step) for step in self.steps()}
        for path in self.folder.glob(f"step_{'[0-9]' * 9}{SUFFIX}"):
            if path not in complete:
                path.unlink()
        # Of a run that was killed while it wrote, at a step where no later run saves.
        for path in self.folder.glob(".unfinished.step_*"):
            path.unlink()


def sha256(path):
    """The digest of a file, as hexadecimal text."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
