"""Restores NumPy images with a network."""

import functools

import keras
import numpy as np

from tfdeblur.config import build_model
from tfdeblur.errors import InputError
from tfdeblur.inference.size_limits import check_size, memory_errors_in_words
from tfdeblur.ops.image_range import quantise, to_unit_range
from tfdeblur.weights.files import load_weights


class Deblurrer:
    """Restores images of any height and width, one at a time.

    Args:
      model: name of a preset, or a built `tfdeblur.models.DeblurringModel`.
      weights: path of a `.weights.h5` file; None keeps the model's weights.
      depth: for stacks, how many units to run; a preset is built, and its weights
        are read, only up to there. None is all.

    Example:
      >>> deblur = Deblurrer("dmphn_1_2_4", "dmphn_1_2_4.weights.h5")  # doctest: +SKIP
      >>> sharp = deblur(blurred)  # doctest: +SKIP
    """

    def __init__(self, model, weights=None, depth=None):
        self.model = build_model(model, depth) if isinstance(model, str) else model
        if weights is not None:
            load_weights(self.model, weights)
        if depth is not None and not 1 <= depth <= self.model.depth:
            raise InputError(
                f"Received depth {depth}; expected 1 to {self.model.depth}, the units of "
                f"{self.model.name}."
            )
        self.depth = self.model.depth if depth is None else depth
        is_stack = depth is not None and self.model.num_units > 1
        self._options = {"depth": depth} if is_stack else {}
        self._restore = _compiled(functools.partial(self.model.deblur, **self._options))

    def __call__(self, image, quantisation="round"):
        """The restored image, of the shape and dtype of `image`.

        Args:
          image: (height, width), (height, width, 1) or (height, width, 3), gray
            or RGB, gamma-encoded as stored in files; uint8, uint16, or float
            in [0, 1].
          quantisation: how the result becomes integers, one of
            `tfdeblur.ops.image_range.QUANTISATIONS`; not used for float images.

        Raises:
          InputError: for another shape or dtype, for sizes outside
            `tfdeblur.inference.size_limits`, and when memory runs out all the same.
        """
        image = np.asarray(image)
        with memory_errors_in_words(_size_in_words(image.shape)):
            return _like(image, self.restore(self._as_batch(image)), quantisation)

    def restore(self, batch):
        """The network alone, without any conversion: what a runtime is measured of.

        Args:
          batch: (1, height, width, 3) float32 in [0, 1].

        Returns:
          A tensor of that shape, not clipped. A device may still be computing it.
        """
        with memory_errors_in_words(_size_in_words(batch.shape[1:])):
            return self._restore(batch)

    def intermediate_images(self, image):
        """What the network computes on the way, by name, the restored image last.

        Args:
          image: as for the call.

        Returns:
          A dict from readable name to image of the dtype of `image`; residuals
          are shown around mid-gray.
        """
        image = np.asarray(image)
        with memory_errors_in_words(_size_in_words(image.shape)):
            images = self.model.intermediate_images(self._as_batch(image), **self._options)
            return {name: _like(image, restored) for name, restored in images.items()}

    def check_size(self, height, width):
        """Raises ImageSizeError unless an image of this size, in pixels, can be restored."""
        check_size(height, width, self.model.working_bytes_per_pixel)

    def _as_batch(self, image):
        _check(image)
        self.check_size(*image.shape[:2])
        return _as_batch(image)


def _as_batch(image):
    """(h, w[, 1 or 3]) of any accepted dtype -> (1, h, w, 3) in [0, 1]."""
    if np.issubdtype(image.dtype, np.floating):
        blur = image.astype(np.float32)
    else:
        blur = keras.ops.convert_to_numpy(to_unit_range(image))
    blur = np.atleast_3d(blur)
    return np.broadcast_to(blur, (*blur.shape[:2], 3))[None]


def _like(image, restored, quantisation="round"):
    """(1, h, w, 3) -> (h, w[, 1 or 3]) with the channels and dtype of `image`."""
    restored = restored[0]
    if image.ndim == 2 or image.shape[-1] == 1:
        restored = keras.ops.mean(restored, axis=-1, keepdims=image.ndim == 3)
    if np.issubdtype(image.dtype, np.floating):
        quantised = quantise(restored, quantisation="float")
    else:
        quantised = quantise(restored, str(image.dtype), quantisation)
    return keras.ops.convert_to_numpy(quantised).astype(image.dtype)


def _check(image):
    gray_or_rgb = image.ndim == 2 or (image.ndim == 3 and image.shape[-1] in (1, 3))
    if not gray_or_rgb:
        raise InputError(
            f"Received an image of shape {image.shape}; expected (height, width) or "
            "(height, width, 1 or 3), without an alpha channel."
        )
    if not (image.dtype in (np.uint8, np.uint16) or np.issubdtype(image.dtype, np.floating)):
        raise InputError(
            f"Received an image of dtype {image.dtype}; expected uint8, uint16 or float in [0, 1]."
        )


def _size_in_words(shape):
    return "x".join(map(str, shape[1::-1])) + " pixels"


def _compiled(restore):
    if keras.backend.backend() != "tensorflow":
        return restore
    import tensorflow as tf

    # One graph for all sizes: a graph per size would be traced anew for every new photo.
    signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
    return tf.function(restore, input_signature=signature)
