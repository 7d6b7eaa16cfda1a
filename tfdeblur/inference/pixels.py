"""Between images as files hold them and what a network takes."""

from typing import Any

import keras
import numpy as np
from PIL import Image

from tfdeblur.errors import InputError, shown
from tfdeblur.ops.image_range import max_value, quantise

# Of Pillow's modes, those that hold gray or RGB as it is, and those that become it exactly.
_PLAIN_MODES = ("L", "RGB", "I;16", "I;16B", "I;16L", "I", "F")
_CONVERTED_MODES = {"1": "L", "P": "RGB", "HSV": "RGB", "YCbCr": "RGB"}


def as_array(image: Any) -> np.ndarray:
    """An image as NumPy has it.

    Args:
      image: NumPy's, Pillow's, or what NumPy can read, such as a tensor.

    Raises:
      InputError: unless it is gray or RGB of a type that can be restored.
    """
    if isinstance(image, Image.Image):
        image = _from_pillow(image)
    try:
        array = np.asarray(image)
    except Exception as error:  # tensors of devices and the like have errors of their own
        said = shown(" ".join(str(error).split()), limit=200)
        raise InputError(
            f"Received {type(image).__name__}, which NumPy cannot read ({said}); expected an "
            "image as array of NumPy."
        ) from None
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("="))
    _check(array, type(image).__name__)
    return array


def _from_pillow(image: Image.Image) -> Image.Image:
    mode = image.mode
    if mode in _CONVERTED_MODES and "transparency" not in image.info:
        return image.convert(_CONVERTED_MODES[mode])
    if mode not in _PLAIN_MODES:
        is_transparent = mode in (*_CONVERTED_MODES, "LA", "PA", "RGBA", "RGBa", "La")
        raise InputError(
            f"Received a Pillow image of mode {mode}{' with transparency' * is_transparent}; "
            "expected L or RGB. Convert it, as image.convert('RGB') does."
        )
    return image


def _check(image: np.ndarray, kind: str) -> None:
    shape = image.shape
    expected = "expected (height, width) or (height, width, 1 or 3)"
    if image.ndim == 0:
        raise InputError(f"Received {kind}; {expected}: the pixels of an image, not a file's name.")
    if image.ndim == 4:
        raise InputError(
            f"Received a batch of shape {shape}; {expected}. `restore_all` takes several images."
        )
    if image.ndim not in (2, 3):
        raise InputError(f"Received an image of shape {shape}; {expected}.")
    if image.ndim == 3 and shape[-1] not in (1, 3):
        if shape[0] in (1, 3) and shape[-1] > 4:
            advice = "with channels last: np.moveaxis(image, 0, -1)"
        else:
            advice = "without an alpha channel"
        raise InputError(f"Received an image of shape {shape}; {expected}, {advice}.")
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


def as_batch(images: list[np.ndarray]) -> np.ndarray:
    """Images of one shape and dtype -> (batch, height, width, 3) float32 in [0, 1].

    Args:
      images: (height, width[, 1 or 3]) each, uint8, uint16 or float in [0, 1].
    """
    blur = as_unit_range(np.stack(images))
    blur = blur[..., None] if blur.ndim == 3 else blur
    return np.broadcast_to(blur, (*blur.shape[:3], 3))


def like(image: np.ndarray, restored: Any, quantisation: str = "round") -> np.ndarray:
    """(height, width, 3) in [0, 1] -> the channels and dtype of `image`, quantised.

    A gray image is the mean of what the network made of its three equal channels.
    """
    if image.ndim == 2 or image.shape[-1] == 1:
        restored = keras.ops.mean(restored, axis=-1, keepdims=image.ndim == 3)
    return as_dtype(restored, image.dtype, quantisation)


def as_dtype(values: Any, dtype: np.dtype, quantisation: str = "round") -> np.ndarray:
    """Values in [0, 1], any shape -> `dtype`, uint8 or uint16 quantised, floats clipped."""
    if np.issubdtype(dtype, np.floating):
        quantised = quantise(values, quantisation="float")
    else:
        quantised = quantise(values, str(dtype), quantisation)
    return keras.ops.convert_to_numpy(quantised).astype(dtype)


def as_unit_range(image: np.ndarray) -> np.ndarray:
    """An image of any of these dtypes -> float32 in [0, 1], of the same shape."""
    if np.issubdtype(image.dtype, np.floating):
        return image.astype(np.float32)
    return image.astype(np.float32) / max_value(image.dtype)
