"""Two images with edges and smooth regions, and blurred copies."""

import numpy as np
from scipy import ndimage


def blurred_pairs(num_channels=3, height=40, width=53):
    """(blurred, sharp), each (2, height, width, num_channels) float32 in [0, 1]."""
    rng = np.random.default_rng(1)
    coarse = rng.random((2, height, width, num_channels))
    sharp = ndimage.gaussian_filter(coarse, (0, 1.5, 1.5, 0)) > 0.5
    # The lower half is smooth: there variances are small differences of large numbers.
    ramp = np.linspace(0.1, 0.9, width)[None, None, :, None] + 0.002 * coarse
    sharp = np.where(np.arange(height)[:, None, None] < height // 2, 0.2 + 0.6 * sharp, ramp)
    blurred = ndimage.gaussian_filter(sharp, (0, 0.5, 2.0, 0)) + 0.001 * coarse
    return blurred.astype("float32"), sharp.astype("float32")
