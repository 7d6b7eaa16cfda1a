"""What TensorBoard shows of a run."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfdeblur.training.optimizers import inner_optimizer
from tfdeblur.training.schedules import value_at

# Errors of a restored image are small; shown as they are they would be black.
ERROR_MAGNIFICATION = 5


class TensorBoard(keras.callbacks.Callback):
    """Writes scalars every so many steps, and validation and images after an epoch.

    Losses and PSNR of training are means since the epoch began, as in the progress bar.

    Args:
      folder: for the event files.
      progress: the run's `Progress`.
      schedule: the run's learning-rate schedule.
      input_wait: the run's `InputWait`.
      every_steps: steps between two points.
      texts: dict from title to text, e.g. the configuration.
      images: function without arguments that gives (blurred, restored, sharp) of each
        pair to show, uint8; called after every epoch.
      profile_steps: (first, last) step to profile, or None.
    """

    def __init__(
        self,
        folder,
        progress,
        schedule,
        input_wait,
        every_steps,
        texts,
        images=list,
        profile_steps=None,
    ):
        super().__init__()
        self.folder = str(folder)
        self.progress = progress
        self.schedule = schedule
        self.input_wait = input_wait
        self.every_steps = every_steps
        self.texts = texts
        self.images = images
        self.profile_steps = profile_steps
        self._writer: Any = None
        self._profiling = False

    def on_train_begin(self, logs=None):
        self._writer = tf.summary.create_file_writer(self.folder)
        with self._writer.as_default(self.progress.step):
            for title, text in self.texts.items():
                # Indented text is shown as it is.
                tf.summary.text(title, "\n".join(f"    {line}" for line in text.splitlines()))

    def on_train_batch_begin(self, batch, logs=None):
        if self.profile_steps and self.progress.step + 1 == self.profile_steps[0]:
            tf.profiler.experimental.start(self.folder)
            self._profiling = True

    def on_train_batch_end(self, batch, logs=None):
        step = self.progress.step
        if self._profiling and step >= self.profile_steps[1]:
            self._stop_profile()
        if step % self.every_steps:
            return
        scalars = dict(logs)
        scalars["learning_rate"] = value_at(self.schedule, step - 1)
        norm = inner_optimizer(self.model.optimizer).gradient_norm
        scalars["gradient_norm"] = float(keras.ops.convert_to_numpy(norm))
        wait_ms = self.input_wait.take_mean_ms()
        if wait_ms is not None:
            scalars["input_wait_ms"] = wait_ms
        self._write({f"train/{name}": value for name, value in scalars.items()})

    def on_epoch_end(self, epoch, logs=None):
        validated = {name: value for name, value in logs.items() if name.startswith("val_")}
        self._write({f"validation/{name[4:]}": value for name, value in validated.items()})
        if not validated:
            return
        with self._writer.as_default(self.progress.step):
            for number, images in enumerate(self.images()):
                tf.summary.image(f"{number}/blurred, restored, sharp, error", strip(*images)[None])
        self._writer.flush()

    def on_train_end(self, logs=None):
        if self._profiling:
            self._stop_profile()
        self._writer.close()

    def _write(self, scalars):
        with self._writer.as_default(self.progress.step):
            for name, value in scalars.items():
                tf.summary.scalar(name, value)

    def _stop_profile(self):
        tf.profiler.experimental.stop()
        self._profiling = False


def strip(blurred, restored, sharp):
    """Blurred, restored and sharp image and the magnified error, side by side; all uint8."""
    error = np.abs(restored.astype(int) - sharp) * ERROR_MAGNIFICATION
    images = [blurred, restored, sharp, error.clip(0, 255).astype(np.uint8)]
    return np.concatenate(images, axis=1)
