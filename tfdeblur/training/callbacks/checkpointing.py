"""Saves checkpoints, and once more when the run is asked to stop."""

import keras


class Checkpointing(keras.callbacks.Callback):
    """Saves after each so many epochs, at the end, and when `Progress.interrupted` is set.

    Args:
      progress: the run's `Progress`.
      checkpoints: the run's `Checkpoints`.
      every_epochs: epochs between two checkpoints.
    """

    def __init__(self, progress, checkpoints, every_epochs=1):
        super().__init__()
        self.progress = progress
        self.checkpoints = checkpoints
        self.every_epochs = every_epochs

    def on_train_batch_end(self, batch, logs=None):
        if self.progress.interrupted and self.progress.step < self.progress.total_steps:
            self.checkpoints.save(self.model, self.progress.step)
            self.progress.epoch_is_cut = True
            self._model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self.progress.epoch_is_cut:
            return
        due = (epoch + 1) % self.every_epochs == 0
        at_end = self.progress.step >= self.progress.total_steps
        if due or at_end or self.progress.interrupted:
            self.checkpoints.save(self.model, self.progress.step)
        if self.progress.interrupted:
            self._model.stop_training = True
