"""Frames to pairs: windows of n frames, averaged, measured and judged.

Every frame is looked at once, however many windows it is in; what is in memory is
one sum and one frame for each window that is open.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from tfdeblur.synthesis import ghosting
from tfdeblur.synthesis.averaging import FrameAverage
from tfdeblur.synthesis.camera_response import GammaResponse, SampledResponse
from tfdeblur.synthesis.guidelines import Guideline, to_gray


@dataclasses.dataclass(frozen=True)
class AveragedPair:
    """A blurred image, the sharp one, and what was measured.

    Attributes:
      middle_index: index of the sharp frame among all frames.
      blur, sharp: (height, width, channels), dtype of the frames.
      measured: name of each guideline, and "step_px", to its value.
      rejections: why the pair should not be used; empty if it should.
    """

    middle_index: int
    blur: np.ndarray
    sharp: np.ndarray
    measured: dict[str, float]
    rejections: list[str]


def averaged_pairs(
    frames: Iterable[np.ndarray],
    num_frames: int,
    stride: int,
    response: GammaResponse | SampledResponse,
    guidelines: Sequence[Guideline],
    max_step_px: float,
) -> Iterator[AveragedPair]:
    """Yields an `AveragedPair` for every `stride` frames.

    Args:
      frames: (height, width, channels) uint8 or uint16.
      num_frames: how many are averaged, odd.
      stride: from the first frame of a pair to the first of the next; below
        `num_frames`, pairs share frames.
      response: a camera response.
      guidelines: what the sharp frame is judged by.
      max_step_px: see `ghosting.rejection`.
    """
    if stride < 1:
        raise ValueError(f"Received stride={stride}; expected at least 1 frame.")
    windows: list[_Window] = []
    previous = None
    for index, frame in enumerate(frames):
        gray = to_gray(frame)
        # Between windows, when stride > num_frames, nobody needs to know the motion.
        step = ghosting.measure_step(previous, gray) if windows else 0.0
        if index % stride == 0:
            windows.append(_Window(index, FrameAverage(num_frames, response)))
        for window in windows:
            window.add(frame, step)
        if windows and windows[0].average.is_complete:
            yield _judged(windows.pop(0), guidelines, max_step_px)
        previous = gray


@dataclasses.dataclass
class _Window:
    first_index: int
    average: FrameAverage
    largest_step: float = 0.0

    def add(self, frame, step):
        if self.average.num_added:  # the step to its first frame is not part of it
            self.largest_step = max(self.largest_step, step)
        self.average.add(frame)


def _judged(window, guidelines, max_step_px):
    average = window.average
    gray = to_gray(average.sharp)
    measured = {guideline.name: guideline.measure(gray) for guideline in guidelines}
    reasons = [guideline.rejection(measured[guideline.name]) for guideline in guidelines]
    reasons.append(ghosting.rejection(window.largest_step, max_step_px))
    return AveragedPair(
        middle_index=window.first_index + average.num_frames // 2,
        blur=average.blurred(),
        sharp=average.sharp,
        measured={**measured, "step_px": window.largest_step},
        rejections=[reason for reason in reasons if reason],
    )
