"""Stops a run whose loss is no number any more."""

import math

import keras
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.training.schedules import value_at


class StopOnNonFinite(keras.callbacks.Callback):
    """Ends a run at the first step whose loss is NaN or infinite, before anything is saved.

    Before a checkpoint the weights are looked at too.

    The loss in the logs is a mean over the epoch, so it shows the first such step.

    Args:
      progress: the run's `Progress`.
      schedule: the run's learning-rate schedule.
      checkpoints: the run's `Checkpoints`, to name the last good one.
    """

    def __init__(self, progress, schedule, checkpoints):
        super().__init__()
        self.progress = progress
        self.schedule = schedule
        self.checkpoints = checkpoints

    def on_train_batch_end(self, batch, logs=None):
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            self._stop(f"The loss became {loss}")
        if self.progress.interrupted:
            self._check_weights()

    def on_epoch_end(self, epoch, logs=None):
        self._check_weights()

    def _check_weights(self):
        # A step can have a finite loss and ruin the weights; they must not become the
        # last good checkpoint.
        for variable in self.model.trainable_variables:
            if not np.isfinite(keras.ops.convert_to_numpy(variable)).all():
                self._stop(f"The weights {variable.path} became NaN or infinite")

    def _stop(self, what):
        step = self.progress.step
        steps = self.checkpoints.steps()
        last = self.checkpoints.weights_path(steps[-1]) if steps else "none yet"
        advice = "Lower the learning rate, set OptimizerSettings.clip_norm, or look at the data."
        if self.model.compute_dtype == "float16":
            # PSS-NSC begins with outputs that float16 cannot hold.
            advice = f"RunSettings.precision = 'bfloat16' holds larger numbers. {advice}"
        raise InputError(
            f"{what} at step {step}, at a learning rate of "
            f"{value_at(self.schedule, step - 1):.3g}; the last good checkpoint is {last}. {advice}"
        )
