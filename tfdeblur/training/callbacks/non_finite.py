"""Stops a run whose loss is no number any more."""

import math

import keras

from tfdeblur.errors import InputError
from tfdeblur.training.schedules import value_at


class StopOnNonFinite(keras.callbacks.Callback):
    """Ends a run at the first step whose loss is NaN or infinite, before anything is saved.

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
        if math.isfinite(logs["loss"]):
            return
        step = self.progress.step
        steps = self.checkpoints.steps()
        last = self.checkpoints.weights_path(steps[-1]) if steps else "none yet"
        raise InputError(
            f"The loss became {logs['loss']} at step {step}, at a learning rate of "
            f"{value_at(self.schedule, step - 1):.3g}; the last good checkpoint is {last}. Lower "
            "the learning rate, set OptimizerSettings.clip_norm, or look at the data."
        )
