"""Between stored images (integers) and what networks see (float32 in [0, 1]).

Published results differ by hundredths of a decibel, and "equal" images by one
grey level, depending on how the network output was turned into integers. The
three ways met in the field have names here:

* ``round``: clip, scale, round half up. The default everywhere.
* ``floor``: clip, scale, truncate: what most older code saved.
* ``float``: clip only, no integers.
"""

from keras import ops

from tfdeblur.choices import QUANTIZATIONS

_MAX_VALUES = {"uint8": 255, "uint16": 65535}


def max_value(dtype):
    """The value that stands for 1.0 in images of `dtype` (a name, or any library's dtype).

    Raises:
      ValueError: for anything but uint8 and uint16.
    """
    name = getattr(dtype, "name", str(dtype))
    if name not in _MAX_VALUES:
        raise ValueError(
            f"Received images of dtype {name}; expected uint8 or uint16. "
            "Scale float images to [0, 1] and pass them on as they are."
        )
    return _MAX_VALUES[name]


def to_unit_range(images):
    """Integer images, uint8 or uint16, as float32 in [0, 1]; any shape."""
    scale = max_value(images.dtype)
    return ops.cast(images, "float32") / scale


def quantise(images, dtype="uint8", quantisation="round"):
    """Restored images as what would be stored in a file.

    Args:
      images: float tensor of any shape; values outside [0, 1] are clipped.
      dtype: "uint8" or "uint16"; ignored by the quantisation "float".
      quantisation: one of `tfdeblur.choices.QUANTIZATIONS`, see the module's text.

    Returns:
      Integers of `dtype` in its full range, or for "float" float32 in [0, 1].

    Raises:
      ValueError: for an unknown quantisation or dtype.
    """
    if quantisation not in QUANTIZATIONS:
        raise ValueError(
            f"Received quantisation={quantisation!r}; expected one of {', '.join(QUANTIZATIONS)}."
        )
    clipped = ops.clip(ops.cast(images, "float32"), 0.0, 1.0)
    if quantisation == "float":
        return clipped
    offset = 0.5 if quantisation == "round" else 0.0
    return ops.cast(ops.floor(clipped * max_value(dtype) + offset), dtype)
