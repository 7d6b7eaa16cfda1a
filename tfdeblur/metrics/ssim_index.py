"""The structural similarity index, as all its definitions have it.

    SSIM = (2 m_x m_y + C1) (2 s_xy + C2) / ((m_x^2 + m_y^2 + C1) (s_xx + s_yy + C2))

with local means m, variances s_xx, s_yy and covariance s_xy, C1 = (0.01 L)^2 and
C2 = (0.03 L)^2, L = 1 being the dynamic range. Definitions differ in what "local"
means: shape and weights of the window, borders, and channels. By that alone the
same image can read 0.85 or 0.76, so a value without its definition says little.

Source: Wang et al. 2004, Image Quality Assessment: From Error Visibility to
Structural Similarity, Eq. (13).
"""

from keras import ops

_C1 = 0.01**2
_C2 = 0.03**2

# Variances do not depend on an offset, but what they lose in float32 does.
_OFFSET = 0.5


def mean_ssim(images, reference, local_mean, variance_factor=1.0):
    """Mean over pixels and channels of the index of every image.

    Args:
      images, reference: (batch, height, width, channels), float in [0, 1].
      local_mean: function from such a batch of float32 to weighted means around
        its pixels; weights sum to 1.
      variance_factor: n / (n - 1) for unbiased variances over n equal weights.

    Returns:
      (batch,) float32, at most 1.
    """
    x = ops.cast(images, "float32") - _OFFSET
    y = ops.cast(reference, "float32") - _OFFSET
    stacked = ops.concatenate([x, y, x * x, y * y, x * y])  # (5b, h, w, c)
    mean_x, mean_y, mean_xx, mean_yy, mean_xy = ops.split(local_mean(stacked), 5)
    # Each difference by itself, and products instead of powers, which TensorFlow rounds in
    # another way: all as in the covariance, so that equal images give exactly 1.
    variances = variance_factor * ((mean_xx - mean_x * mean_x) + (mean_yy - mean_y * mean_y))
    covariance = variance_factor * (mean_xy - mean_x * mean_y)
    mean_x, mean_y = mean_x + _OFFSET, mean_y + _OFFSET
    likeness = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    largest = (mean_x * mean_x + mean_y * mean_y + _C1) * (variances + _C2)
    return ops.mean(likeness / largest, axis=(1, 2, 3))
