"""Padding to the size a network needs, and cropping back.

Rows and columns are added at the bottom and on the right only, so that pixel
(0, 0) stays where it was. The source row of each new row is computed, not
looked up in a table of cases: any size can grow to any larger size, also a
height of 3 to 16, where a single reflection would not reach.
"""

from keras import ops

PADDING_MODES = ("reflect", "edge", "constant")


def _source_indices(size, padded_size, mode):
    indices = ops.arange(padded_size, dtype="int32")
    if mode != "reflect":
        return ops.minimum(indices, size - 1)
    # Reflection without repeating the border has period 2 (size - 1): 0 1 2 1 | 0 1 2 1 | ...
    period = ops.maximum(2 * (size - 1), 1)
    phase = ops.mod(indices, period)
    return ops.minimum(ops.minimum(phase, period - phase), size - 1)


def padded_size(size, multiple):
    """The smallest multiple of `multiple` that is at least `size`, in pixels."""
    # No negative numbers: ONNX divides towards zero, and tf2onnx does not make up for it.
    return (size + multiple - 1) // multiple * multiple


def check_multiple(images, multiple):
    """Raises ValueError where a known height or width of images (b, h, w, c) is no multiple."""
    size = images.shape[1:3]
    if any(side is not None and side % step for side, step in zip(size, multiple, strict=True)):
        raise ValueError(
            f"Received images of {size[0]} rows and {size[1]} columns; expected multiples of "
            f"{multiple[0]} and {multiple[1]}. Call model.deblur(images), which takes any size."
        )


def pad_to_multiple(images, multiple, mode="reflect"):
    """Grows images at the bottom and right to multiples of `multiple`.

    Args:
      images: (b, h, w, c), any dtype, h and w at least 1.
      multiple: (rows, columns), the multiples to reach.
      mode: "reflect" mirrors the image without repeating its border line (as
        NumPy's mode of that name), "edge" repeats the border line, "constant" adds black.

    Returns:
      (b, h', w', c) with h <= h' < h + rows and w <= w' < w + columns.

    Raises:
      ValueError: for an unknown mode.
    """
    if mode not in PADDING_MODES:
        raise ValueError(f"Received mode={mode!r}; expected one of {', '.join(PADDING_MODES)}.")
    for axis, axis_multiple in zip((1, 2), multiple, strict=True):
        size = ops.shape(images)[axis]
        target = padded_size(size, axis_multiple)
        if isinstance(size, int) and size == target:
            continue
        images = ops.take(images, _source_indices(size, target, mode), axis=axis)
        if mode == "constant":
            # Not by ops.pad: a graph of free sizes would forget the number of channels.
            is_inside = ops.reshape(ops.arange(target) < size, (-1, *[1] * (3 - axis)))
            images = ops.where(is_inside, images, ops.zeros_like(images))
    return images


def crop_to_size(images, height, width):
    """(b, h', w', c) -> (b, height, width, c): the top left part, undoing `pad_to_multiple`."""
    return images[:, :height, :width, :]
