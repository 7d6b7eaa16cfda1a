"""The mean of every pixel's surroundings, of a size that may depend on the image."""

from keras import ops


def local_mean(x, window):
    """Averages over a window around every pixel, which stays within the image.

    Where the window would reach beyond a border, the pixel has the mean of the nearest window
    that does not. Along a side that is not longer than the window, that is the mean of the side.

    Source: Chu et al., "Improving Image Restoration by Revisiting Global Information
      Aggregation" (TLC), ECCV 2022, Sec. 3.3; its release for the borders.

    Args:
      x: (batch, height, width, channels).
      window: side of the window in pixels, at least 1.

    Returns:
      A tensor of the shape of `x`.
    """
    for axis in (1, 2):
        x = _local_mean_along(x, window, axis)
    return x


def _local_mean_along(x, window, axis):
    length = ops.shape(x)[axis]
    window = ops.minimum(window, length)
    # Sums that start from the mean stay small, and so does their rounding.
    center = ops.mean(x, axis=axis, keepdims=True)
    sums = ops.cumsum(ops.cast(x - center, "float32"), axis=axis)
    sums = ops.concatenate([ops.zeros_like(ops.take(sums, [0], axis=axis)), sums], axis=axis)
    first = ops.clip(ops.arange(length) - (window - 1) // 2, 0, length - window)
    window_sums = ops.take(sums, first + window, axis=axis) - ops.take(sums, first, axis=axis)
    return center + ops.cast(window_sums / ops.cast(window, "float32"), x.dtype)
