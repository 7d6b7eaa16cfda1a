"""How far things move from one frame to the next, and when that is too far to average.

The mean of frames in which an edge jumps by several pixels shows the edge several
times, as ghosts, and not as a streak. No real exposure looks so, and a network
trained on it learns to remove ghosts.
"""

import cv2
import numpy as np

# The fastest thing counts, not the background, but not a handful of wrong vectors.
_PERCENTILE = 99
# Where nothing is seen to move, flow is a guess.
_LEAST_GRADIENT = 4.0
_LARGEST_SIDE = 640


def measure_step(previous, current):
    """Motion in pixels from one frame to the next: 99th percentile over textured places.

    Dense inverse search optical flow (Kroeger et al., ECCV 2016) on images of at most
    640 pixels a side, which is exact enough for a threshold.

    Args:
      previous, current: (height, width) float32 gray, 0 to 255.
    """
    scale = min(1.0, _LARGEST_SIDE / max(previous.shape))
    first, second = (_small(gray, scale) for gray in (previous, current))
    flow = np.zeros((*first.shape, 2), np.float32)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(first, second, flow)
    gradient = np.hypot(
        cv2.Sobel(first, cv2.CV_32F, 1, 0, scale=1 / 8),
        cv2.Sobel(first, cv2.CV_32F, 0, 1, scale=1 / 8),
    )
    # What has left the picture was not found again, only guessed at.
    height, width = first.shape
    rows, columns = np.indices(first.shape)
    left_to = columns + flow[..., 0], rows + flow[..., 1]
    inside = (left_to[0] >= 0) & (left_to[0] < width) & (left_to[1] >= 0) & (left_to[1] < height)
    counted = (gradient >= _LEAST_GRADIENT) & inside
    if not counted.any():
        return 0.0
    return float(np.percentile(np.linalg.norm(flow, axis=-1)[counted], _PERCENTILE) / scale)


def rejection(step_px, max_step_px):
    """Why frames that move by `step_px` are not averaged, or None."""
    if step_px <= max_step_px:
        return None
    return (
        f"motion of {step_px:.1f} pixels from one frame to the next would show as separate "
        f"ghosts (most {max_step_px:g}): record at a higher frame rate, move slower, or scale "
        "the video down"
    )


def _small(gray, scale):
    levels = np.clip(gray + 0.5, 0, 255).astype(np.uint8)
    if scale == 1:
        return levels
    return cv2.resize(levels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
