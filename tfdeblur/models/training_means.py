"""What every network measures of its own training."""

import keras
from keras import ops

from tfdeblur.metrics import psnr

# Of equal images, such as crops of a black sky, which would make every mean infinite.
_MOST_DB = 100.0


class TrainingMeans:
    """Means over the batches of an epoch, as Keras metrics.

    An object that Keras does not look into: they belong to a training, not to the
    network, and must not be saved with its weights.

    Args:
      num_outputs: restored images that the network gives for one blurred image.
    """

    def __init__(self, num_outputs):
        self._psnr = keras.metrics.Mean("psnr_db")
        self._input_psnr = keras.metrics.Mean("input_psnr_db")
        numbers = range(1, num_outputs + 1) if num_outputs > 1 else ()
        self._terms = [keras.metrics.Mean(f"loss_{i}") for i in numbers]

    @property
    def metrics(self):
        """All of them."""
        return [self._psnr, self._input_psnr, *self._terms]

    def update(self, blur, sharp, outputs, terms):
        """Adds a batch: images (b, h, w, c) in [0, 1], and the loss of each output."""
        self._psnr.update_state(_finite_psnr(ops.clip(outputs[-1], 0.0, 1.0), sharp))
        self._input_psnr.update_state(_finite_psnr(blur, sharp))
        # A network of one output has its term as the loss.
        for mean, term in zip(self._terms, terms, strict=False):
            mean.update_state(term)


def _finite_psnr(images, reference):
    return ops.minimum(psnr(images, reference), _MOST_DB)
