"""Measures the network on held-out pairs while it is being trained."""

import keras
import numpy as np

from tfdeblur.evaluation.pairs import evenly_spread, read_pairs
from tfdeblur.images.photo import eight_bit_rgb
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.metrics import psnr
from tfdeblur.ops.image_range import to_unit_range
from tfdeblur.training.averaging import averaged_weights
from tfdeblur.weights.files import save_weights


class Validation(keras.callbacks.Callback):
    """Adds "val_psnr_db" and "val_input_psnr_db" to an epoch's logs and keeps the best weights.

    Whole images, restored with the moving average of the weights where there is one
    and rounded to the bits of the pairs, as in the evaluation.

    Args:
      source: `PairSource` of the held-out pairs.
      num_pairs: how many of them to use, evenly spread; None is all.
      every_epochs: epochs between two validations; the last epoch always has one.
      progress: the run's `Progress`.
      best_weights: file for the weights of the best validation so far.
      num_images: of how many pairs to keep the images.

    Attributes:
      images: (blurred, restored, sharp) of the first pairs of the last validation, uint8.
      best_psnr_db: of all validations so far; set it when a run goes on.
    """

    def __init__(self, source, num_pairs, every_epochs, progress, best_weights, num_images=0):
        super().__init__()
        self.source = source
        self.every_epochs = every_epochs
        self.progress = progress
        self.best_weights = best_weights
        self.num_images = num_images
        self.images = []
        self.best_psnr_db = -np.inf
        self._positions = evenly_spread(source, num_pairs)
        self._deblurrer = None

    def on_epoch_end(self, epoch, logs=None):
        at_end = self.progress.step >= self.progress.total_steps
        if self.progress.epoch_is_cut or not (at_end or (epoch + 1) % self.every_epochs == 0):
            return
        model = self.model
        with averaged_weights(model):
            restored_db, blurred_db = self._measure(model)
            logs["val_psnr_db"], logs["val_input_psnr_db"] = restored_db, blurred_db
            if restored_db > self.best_psnr_db:
                self.best_psnr_db = restored_db
                save_weights(model, self.best_weights, with_optimizer=False)

    def _measure(self, model):
        if self._deblurrer is None:
            self._deblurrer = Deblurrer(model, tile="none", bucket=1)
        self.images = []
        restored_db, blurred_db = [], []
        for pair in read_pairs(self.source, self._positions):
            restored = self._deblurrer(pair["blur"])
            restored_db.append(_psnr_db(restored, pair["sharp"]))
            blurred_db.append(_psnr_db(pair["blur"], pair["sharp"]))
            if len(self.images) < self.num_images:
                images = (pair["blur"], restored, pair["sharp"])
                self.images.append(tuple(map(eight_bit_rgb, images)))
        return float(np.mean(restored_db)), float(np.mean(blurred_db))


def _psnr_db(image, sharp):
    one, other = (to_unit_range(np.asarray(side)[None]) for side in (image, sharp))
    return float(keras.ops.convert_to_numpy(psnr(one, other))[0])
