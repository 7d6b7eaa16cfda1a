"""Between images as files hold them and what a network takes."""

import keras
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.ops.image_range import quantise, to_unit_range


def check_image(image):
    """Raises InputError unless `image` is gray or RGB of a type that can be restored."""
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
    if np.issubdtype(image.dtype, np.floating) and image.size:
        least, most = image.min(), image.max()
        # A little beyond is what filters leave; NaN fails every comparison.
        if not -1 <= least <= most <= 2:
            raise InputError(
                f"Received a float image with values from {least} to {most}; expected 0 to 1. "
                "Divide by 255 what comes from 8 bits."
            )


def as_batch(images):
    """Images of one shape and dtype -> (batch, height, width, 3) float32 in [0, 1].

    Args:
      images: a list of (height, width[, 1 or 3]), uint8, uint16 or float in [0, 1].
    """
    images = np.stack(images)
    if np.issubdtype(images.dtype, np.floating):
        blur = images.astype(np.float32)
    else:
        blur = keras.ops.convert_to_numpy(to_unit_range(images))
    blur = blur[..., None] if blur.ndim == 3 else blur
    return np.broadcast_to(blur, (*blur.shape[:3], 3))


def like(image, restored, quantisation="round"):
    """(height, width, 3) in [0, 1] -> the channels and dtype of `image`, quantised.

    A gray image is the mean of what the network made of its three equal channels.
    """
    if image.ndim == 2 or image.shape[-1] == 1:
        restored = keras.ops.mean(restored, axis=-1, keepdims=image.ndim == 3)
    if np.issubdtype(image.dtype, np.floating):
        quantised = quantise(restored, quantisation="float")
    else:
        quantised = quantise(restored, str(image.dtype), quantisation)
    return keras.ops.convert_to_numpy(quantised).astype(image.dtype)
