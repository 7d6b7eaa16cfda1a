"""Restores NumPy images with a network."""

import keras
import numpy as np

from tfdeblur.config import build_model
from tfdeblur.errors import InputError
from tfdeblur.inference.size_limits import check_size
from tfdeblur.ops.image_range import quantise, to_unit_range
from tfdeblur.weights.files import load_weights


class Deblurrer:
    """Restores images of any height and width, one at a time.

    Args:
      model: name of a preset, or a built `tfdeblur.models.DeblurringModel`.
      weights: path of a `.weights.h5` file; None keeps the model's weights.

    Example:
      >>> deblur = Deblurrer("dmphn_1_2_4", "dmphn_1_2_4.weights.h5")  # doctest: +SKIP
      >>> sharp = deblur(blurred)  # doctest: +SKIP
    """

    def __init__(self, model, weights=None):
        self.model = build_model(model) if isinstance(model, str) else model
        if weights is not None:
            load_weights(self.model, weights)
        self._restore = _compiled(self.model)

    def __call__(self, image, quantisation="round"):
        """The restored image, of the shape and dtype of `image`.

        Args:
          image: (height, width), (height, width, 1) or (height, width, 3), gray
            or RGB, gamma-encoded as stored in files; uint8, uint16, or float
            in [0, 1].
          quantisation: how the result becomes integers, one of
            `tfdeblur.ops.image_range.QUANTISATIONS`; not used for float images.

        Raises:
          InputError: for another shape or dtype, and for sizes outside
            `tfdeblur.inference.size_limits`.
        """
        image = np.asarray(image)
        _check(image)
        is_float = np.issubdtype(image.dtype, np.floating)
        blur = image.astype(np.float32) if is_float else to_unit_range(image)
        restored = self._restore(_as_rgb_batch(keras.ops.convert_to_numpy(blur)))[0]
        if image.ndim == 2 or image.shape[-1] == 1:
            restored = keras.ops.mean(restored, axis=-1)
        if is_float:
            result = quantise(restored, quantisation="float")
        else:
            result = quantise(restored, str(image.dtype), quantisation)
        return keras.ops.convert_to_numpy(result).astype(image.dtype).reshape(image.shape)


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
    check_size(*image.shape[:2])


def _as_rgb_batch(blur):
    blur = np.atleast_3d(blur)
    return np.broadcast_to(blur, (*blur.shape[:2], 3))[None]


def _compiled(model):
    if keras.backend.backend() != "tensorflow":
        return model.deblur
    import tensorflow as tf

    # One graph for all sizes: a graph per size would be traced anew for every new photo.
    signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
    return tf.function(model.deblur, input_signature=signature)
