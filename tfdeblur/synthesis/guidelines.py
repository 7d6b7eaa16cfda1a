"""Is a frame sharp, clean and rich enough to be a target? Three measurements.

[Gao19], Sec. 4, recorded their videos by three guidelines: no motion of camera or
objects within a sharp frame, daylight so that there is little noise, and enough
detail. Here each is measured, with a threshold and the reason for it.

The thresholds were set on images of known quality: sharp and blurred frames of the
GoPro dataset, the Kodak and Urban100 photographs.
"""

import collections.abc
import dataclasses

import cv2
import numpy as np
from skimage.measure import blur_effect

# Response of this kernel to white noise of standard deviation 1 has that of 6. It is
# zero on planes and on straight horizontal and vertical edges.
_NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_NOISE_BLOCK = 16
_NOISE_PERCENTILE = 10
_UNCLIPPED_LEVELS = (16, 240)

_DETAIL_BLOCK = 32
_SMOOTH_LEVELS = 4.0

SMALLEST_SIDE = _DETAIL_BLOCK


@dataclasses.dataclass(frozen=True)
class Guideline:
    """A measurement that must not exceed a threshold.

    Attributes:
      name: one word.
      measure: function of a (height, width) float32 image, 0 to 255.
      threshold: the most that is accepted.
      unit: what the measurement is counted in.
      reason: why a frame with more is not used.
    """

    name: str
    measure: collections.abc.Callable[[np.ndarray], float]
    threshold: float
    unit: str
    reason: str

    def rejection(self, value):
        """Why a frame that measures `value` is rejected, or None."""
        # Not `value > threshold`: what could not be measured (NaN) is not accepted.
        if value <= self.threshold:
            return None
        return f"{self.reason} ({self.name} {value:.2f}{self.unit}, most {self.threshold:g})"


def measure_blur(gray):
    """How blurred the image is in the worse of two directions: 0 (sharp) to 1.

    Compares the image with itself blurred once more, which changes a sharp image
    much and a blurred one little, whatever is seen on it.

    Source: Crété-Roffet et al.: The Blur Effect, SPIE 2007; scikit-image's version.
    On GoPro: sharp frames 0.34 to 0.36, blurred ones 0.43 to 0.73; photographs of
    Kodak and Urban100 0.21 to 0.37; portraits with a soft background 0.40.
    """
    if gray.min() == gray.max():
        return float("nan")
    return float(blur_effect(gray / 255))


def measure_noise(gray):
    """Standard deviation of the noise in grey levels, where the image is smoothest.

    A second difference that ignores edges, as a root mean square in blocks, of which
    the smoothest tenth decides: there it sees noise and little texture. Blocks that
    are nearly black or white are left out, because clipping removes noise.

    Source: Immerkær: Fast Noise Variance Estimation, CVIU 1996, made local.
    On GoPro: sharp frames 0.4 to 0.9. Photographs without any smooth place, such as
    grass, read up to 4 without noise.
    """
    blocks = _blocks(cv2.filter2D(gray, -1, _NOISE_KERNEL) / 6, _NOISE_BLOCK)
    means = _blocks(gray, _NOISE_BLOCK).mean(axis=(1, 3))
    unclipped = (means > _UNCLIPPED_LEVELS[0]) & (means < _UNCLIPPED_LEVELS[1])
    deviations = np.sqrt((blocks**2).mean(axis=(1, 3)))[unclipped]
    return float(np.percentile(deviations, _NOISE_PERCENTILE)) if deviations.size else 0.0


def measure_smooth_region(gray):
    """The largest connected region without detail, as a fraction of the image.

    A block of 32x32 pixels has no detail when its standard deviation is below 4 grey
    levels. Scattered blocks do no harm; a sky that fills the image teaches nothing.
    On GoPro: sharp frames up to 0.08, photographs up to 0.3.
    """
    smooth = (_blocks(gray, _DETAIL_BLOCK).std(axis=(1, 3)) < _SMOOTH_LEVELS).astype(np.uint8)
    num_labels, _, statistics, _ = cv2.connectedComponentsWithStats(smooth, connectivity=4)
    if num_labels == 1:  # only what is not smooth
        return 0.0
    return float(statistics[1:, cv2.CC_STAT_AREA].max() / smooth.size)


def guidelines(max_blur=0.42, max_noise=5.0, max_smooth=0.4):
    """The three guidelines of [Gao19] with these thresholds."""
    return [
        Guideline(
            "blur", measure_blur, max_blur, "", "the sharp frame has motion or defocus blur in it"
        ),
        Guideline(
            "noise",
            measure_noise,
            max_noise,
            " grey levels",
            "the sharp frame is noisy, record in daylight",
        ),
        Guideline(
            "smooth", measure_smooth_region, max_smooth, "", "a large region shows no detail"
        ),
    ]


def to_gray(frame):
    """Luma, (height, width) float32 from 0 to 255, of a frame as in `averaging`."""
    scaled = frame.astype(np.float32) / (257 if frame.dtype == np.uint16 else 1)
    return scaled[..., 0] if frame.shape[-1] == 1 else cv2.cvtColor(scaled, cv2.COLOR_RGB2GRAY)


def _blocks(image, side):
    """(height, width) -> (rows, side, columns, side); what does not fill a block is cut."""
    if min(image.shape) < SMALLEST_SIDE:
        raise ValueError(
            f"Received an image of {image.shape[0]}x{image.shape[1]} pixels; expected at least "
            f"{SMALLEST_SIDE} a side to measure it."
        )
    rows, columns = (length // side for length in image.shape)
    return image[: rows * side, : columns * side].reshape(rows, side, columns, side)
