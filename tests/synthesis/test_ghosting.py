"""Motion between frames, against shifts that are known."""

import cv2
import numpy as np
import pytest
import skimage.data

from tfdeblur.synthesis.ghosting import measure_step, rejection
from tfdeblur.synthesis.guidelines import to_gray


@pytest.fixture(scope="module")
def photograph():
    return to_gray(skimage.data.coffee())


@pytest.mark.parametrize("step", [0, 2, 20])
def test_a_camera_that_turns(photograph, step):
    first, second = photograph[100:340, 100:400], photograph[100:340, 100 + step : 400 + step]
    assert measure_step(first, second) == pytest.approx(step, rel=0.1, abs=0.3)


def test_an_object_before_a_still_background(photograph):
    """A twentieth of the picture moves; a mean over all of it would not tell."""
    first, second = photograph.copy(), photograph.copy()
    piece = to_gray(skimage.data.astronaut())[100:200, 180:290]
    first[100:200, 100:210] = piece
    second[100:200, 120:230] = piece
    assert measure_step(first, second) > 10


def test_large_frames_are_measured_in_their_own_pixels(photograph):
    large = cv2.resize(photograph, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    assert measure_step(large[:, :-12], large[:, 12:]) == pytest.approx(12, rel=0.1)


def test_where_nothing_is_seen_nothing_moves():
    even = np.full((64, 64), 128, np.float32)
    assert measure_step(even, even) == 0


def test_refusal_says_how_far():
    assert rejection(5.0, 5) is None
    assert "motion of 20.0 pixels" in rejection(20.0, 5)
    assert rejection(float("nan"), 5)


@pytest.mark.reference
def test_a_film_of_24_frames_a_second_is_too_slow(reference_data):
    files = sorted((reference_data / "seq" / "sintel_10").glob("*.png"))
    first, last = (
        measure_step(*(to_gray(cv2.imread(str(f))[..., ::-1]) for f in files[i : i + 2]))
        for i in (0, 8)
    )
    assert 5 < first < last
