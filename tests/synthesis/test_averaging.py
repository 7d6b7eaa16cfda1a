"""Averaging against a plain loop in float64, and what it keeps in memory."""

import weakref

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdeblur.synthesis.averaging import FrameAverage
from tfdeblur.synthesis.camera_response import GammaResponse, SampledResponse

RESPONSES = [GammaResponse(2.2), GammaResponse(1), SampledResponse([0, 0.2, 1], [0, 0.5, 1])]


def average(frames, response):
    result = FrameAverage(len(frames), response)
    for frame in frames:
        result.add(frame)
    return result


def slow_mean(frames, response, levels):
    """The definition: every value of every frame to light, mean, and back; not rounded."""
    light = np.mean([response.invert(frame.astype(np.float64) / levels) for frame in frames], 0)
    return response.apply(light) * levels


@pytest.mark.parametrize("response", RESPONSES)
@pytest.mark.parametrize(("dtype", "levels"), [(np.uint8, 255), (np.uint16, 65535)])
def test_equals_the_definition(rng, response, dtype, levels):
    frames = rng.integers(0, levels + 1, (7, 9, 11, 3)).astype(dtype)
    result = average(frames, response)
    assert result.blurred().dtype == dtype
    # Half a level is the rounding itself.
    assert np.abs(result.blurred() - slow_mean(frames, response, levels)).max() <= 0.5 + 1e-6
    np.testing.assert_array_equal(result.sharp, frames[3])


def test_linear_light_is_not_the_mean_of_stored_values():
    frames = np.array([0, 0, 255], np.uint8).reshape(3, 1, 1, 1)
    assert average(frames, GammaResponse(1)).blurred().item() == 85
    assert average(frames, GammaResponse(2.2)).blurred().item() == 155  # 255 * (1/3) ** (1/2.2)


@pytest.mark.parametrize("response", RESPONSES)
def test_still_frames_stay_as_they_are(response):
    frame = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    np.testing.assert_array_equal(average([frame] * 13, response).blurred(), frame)


def test_keeps_one_frame_only(rng):
    result = FrameAverage(5, GammaResponse())
    kept = []
    for _ in range(5):
        frame = rng.integers(0, 256, (4, 4, 3)).astype(np.uint8)
        kept.append(weakref.ref(frame))
        result.add(frame)
        del frame
    assert [reference() is not None for reference in kept] == [False, False, True, False, False]


def test_refuses_what_it_cannot_average():
    for number in (1, 2, 8):
        with pytest.raises(ValueError, match=f"num_frames={number}; expected an odd"):
            FrameAverage(number, GammaResponse())
    frame = np.zeros((4, 4, 3), np.uint8)
    result = FrameAverage(3, GammaResponse())
    with pytest.raises(ValueError, match="float64"):
        result.add(frame.astype(np.float64))
    result.add(frame)
    with pytest.raises(ValueError, match=r"\(4, 5, 3\)"):
        result.add(np.zeros((4, 5, 3), np.uint8))
    with pytest.raises(ValueError, match="uint16"):
        result.add(frame.astype(np.uint16))
    with pytest.raises(ValueError, match="1 frames; expected 3"):
        result.blurred()
    result.add(frame)
    result.add(frame)
    with pytest.raises(ValueError, match="more than num_frames=3"):
        result.add(frame)


@pytest.mark.reference
@pytest.mark.parametrize("response", RESPONSES[:2])
def test_frames_of_a_film_average_to_within_half_a_grey_level(reference_data, response):
    files = sorted((reference_data / "seq" / "sintel_10").glob("*.png"))[:7]
    frames = [cv2.imread(str(file)) for file in files]
    difference = average(frames, response).blurred() - slow_mean(frames, response, 255)
    assert np.abs(difference).max() <= 0.5 + 1e-6


@pytest.mark.properties
@given(
    num_frames=st.integers(1, 6).map(lambda n: 2 * n + 1),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    gamma=st.floats(0.3, 4),
    seed=st.integers(0, 2**32),
)
def test_blur_lies_between_the_frames_whatever_their_order(num_frames, dtype, gamma, seed):
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, np.iinfo(dtype).max + 1, (num_frames, 3, 4, 3)).astype(dtype)
    frames[:, 0, 0], frames[:, 0, 1] = 0, np.iinfo(dtype).max
    result = average(frames, GammaResponse(gamma))
    blurred = result.blurred()
    assert (frames.min(axis=0) <= blurred).all()
    assert (blurred <= frames.max(axis=0)).all()
    np.testing.assert_array_equal(result.sharp, frames[num_frames // 2])
    # Sums in another order differ in their last bits, which a level may fall between.
    shuffled = average(rng.permutation(frames), GammaResponse(gamma)).blurred()
    assert np.abs(shuffled.astype(int) - blurred).max() <= 1
