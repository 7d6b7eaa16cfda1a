"""Counts steps, ends the run at its last one, and tells how fast it is."""

import collections
import time

import keras

# Steps over which the speed is averaged: enough to be steady, few enough to show a change.
_WINDOW = 20


class Counting(keras.callbacks.Callback):
    """Keeps `Progress.step`, and adds "crops_per_s" to the logs.

    Must be the first callback, as the others rely on the step.

    Args:
      progress: the run's `Progress`.
      batch_size: crops in a step, over all replicas and workers.
    """

    def __init__(self, progress, batch_size):
        super().__init__()
        self.progress = progress
        self.batch_size = batch_size
        self._ends: collections.deque = collections.deque(maxlen=_WINDOW)

    def on_epoch_begin(self, epoch, logs=None):
        # What was done between epochs, such as a validation, is no training.
        self._ends.clear()

    def on_train_batch_end(self, batch, logs=None):
        self.progress.step += 1
        self._ends.append(time.perf_counter())
        self._add_speed(logs)
        if self.progress.step >= self.progress.total_steps:
            # Of a run that was resumed amid an epoch, the last epoch is shorter.
            self._model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        self._add_speed(logs)

    def _add_speed(self, logs):
        seconds = self._ends[-1] - self._ends[0] if self._ends else 0
        if seconds > 0:
            logs["crops_per_s"] = self.batch_size * (len(self._ends) - 1) / seconds
