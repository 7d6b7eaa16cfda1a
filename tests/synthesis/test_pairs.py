"""Windows of frames: which frames they hold, and what they say about them."""

import numpy as np
import pytest

from tests.synthesis.videos import moving_frames
from tfdeblur.synthesis.camera_response import GammaResponse
from tfdeblur.synthesis.guidelines import Guideline
from tfdeblur.synthesis.pairs import averaged_pairs

BRIGHT = Guideline("bright", lambda gray: float(gray.mean()), 10.0, "", "too bright")


def frames_of(levels):
    for level in levels:
        yield np.full((32, 32, 3), level, np.uint8)


def pairs_of(levels, stride, rules=(), max_step=5):
    return list(averaged_pairs(frames_of(levels), 3, stride, GammaResponse(1), rules, max_step))


@pytest.mark.parametrize(
    ("stride", "middles"), [(1, [1, 2, 3, 4, 5, 6]), (3, [1, 4]), (2, [1, 3, 5]), (5, [1, 6])]
)
def test_windows(stride, middles):
    pairs = pairs_of(range(0, 80, 10), stride)
    assert [pair.middle_index for pair in pairs] == middles
    for pair in pairs:
        # Levels rise evenly, so the mean is the middle.
        assert (pair.sharp == 10 * pair.middle_index).all()
        assert (pair.blur == pair.sharp).all()


def test_too_few_frames_make_no_pair():
    assert pairs_of([1, 2], 1) == []


def test_a_guideline_judges_the_sharp_frame():
    accepted, rejected = pairs_of([90, 10, 90, 0, 11, 0], 3, [BRIGHT])
    assert accepted.rejections == []
    assert accepted.measured["bright"] == pytest.approx(10)
    assert rejected.rejections == ["too bright (bright 11.00, most 10)"]


def test_steps_count_within_a_window_only():
    """A cut between two clips is in the window that spans it, and in no other."""
    still, moved = moving_frames(2, step=20)
    frames = [still, still, still, moved, moved, moved]
    pairs = list(averaged_pairs(frames, 3, 1, GammaResponse(1), [], 5))
    assert [bool(pair.rejections) for pair in pairs] == [False, True, True, False]
    assert pairs[1].measured["step_px"] == pytest.approx(20, abs=4)
    assert "ghosts" in pairs[1].rejections[0]
    apart = list(averaged_pairs(frames, 3, 3, GammaResponse(1), [], 5))
    assert [pair.rejections for pair in apart] == [[], []]


def test_stride_must_be_positive():
    with pytest.raises(ValueError, match="stride=0"):
        pairs_of([1, 2, 3], 0)
