"""Each guideline on a frame that is made to break it, and on one that does not."""

import cv2
import numpy as np
import pytest
import skimage.data

from tfdeblur.synthesis.guidelines import (
    Guideline,
    guidelines,
    measure_blur,
    measure_noise,
    measure_smooth_region,
    to_gray,
)


@pytest.fixture(scope="module")
def good():
    return to_gray(skimage.data.astronaut())


def rejected_by(gray):
    return [rule.name for rule in guidelines() if rule.rejection(rule.measure(gray))]


def test_a_good_frame_is_accepted(good):
    assert rejected_by(good) == []


@pytest.mark.parametrize("kernel", [(9, 1), (1, 9)])
def test_motion_in_one_direction_is_blur(good, kernel):
    assert rejected_by(cv2.blur(good, kernel)) == ["blur"]


def test_night_is_noise(good, rng):
    noisy = np.clip(good + rng.normal(0, 8, good.shape), 0, 255).astype(np.float32)
    assert rejected_by(noisy) == ["noise"]


def test_a_sky_is_smooth_but_scattered_blocks_are_not(good):
    sky = good.copy()
    sky[:300] = np.linspace(180, 184, 300)[:, None]
    assert rejected_by(sky) == ["smooth"]
    scattered = good.copy()
    for row in range(0, 512, 64):
        for column in range(0, 512, 64):
            scattered[row : row + 32, column : column + 32] = 128
    assert measure_smooth_region(scattered) < 0.2


def test_an_even_frame_is_rejected_and_not_an_error():
    assert rejected_by(np.full((64, 64), 90, np.float32)) == ["blur", "smooth"]


@pytest.mark.parametrize("sigma", [1.0, 4.0, 12.0])
def test_noise_is_measured_in_grey_levels(rng, sigma):
    stripes = 100 + 50 * (np.arange(256) // 32 % 2)[:, None]
    noisy = stripes + rng.normal(0, sigma, (256, 256))
    # The smoothest tenth of the blocks has a little less than the mean.
    assert measure_noise(noisy.astype(np.float32)) == pytest.approx(sigma, rel=0.15)


def test_clipped_blocks_say_nothing_about_noise(rng):
    frame = np.zeros((64, 64), np.float32)
    assert measure_noise(frame) == 0
    frame[:, 32:] = 128 + rng.normal(0, 6, (64, 32))
    assert measure_noise(frame) > 4


def test_blur_does_not_depend_on_brightness_or_contrast(good):
    assert measure_blur(good / 4 + 20) == pytest.approx(measure_blur(good), abs=0.01)


def test_thresholds_are_the_callers(good):
    [blur, *_] = guidelines(max_blur=0.1)
    reason = blur.rejection(measure_blur(good))
    assert "motion or defocus blur" in reason
    assert "most 0.1" in reason
    loose = guidelines(max_blur=1, max_noise=99, max_smooth=1)
    assert not any(rule.rejection(rule.threshold) for rule in loose)


def test_what_cannot_be_measured_is_not_accepted():
    assert Guideline("x", lambda _: 0, 1.0, "", "why").rejection(float("nan"))


def test_gray_of_every_kind_of_frame():
    colour = np.zeros((32, 32, 3), np.uint8)
    colour[..., 1] = 255
    assert to_gray(colour).max() == pytest.approx(0.587 * 255, abs=0.1)
    assert to_gray(np.full((32, 32, 1), 65535, np.uint16)).max() == 255


def test_too_small_to_measure():
    with pytest.raises(ValueError, match="31x64 pixels; expected at least 32"):
        measure_noise(np.zeros((31, 64), np.float32))


@pytest.mark.reference
def test_thresholds_part_the_sharp_from_the_blurred_frames_of_gopro(reference_data):
    for folder in sorted((reference_data / "gopro_pairs").iterdir()):
        sharp, blurred = (cv2.imread(str(folder / f"{name}.png"))[..., ::-1] for name in SIDES)
        assert rejected_by(to_gray(sharp)) == []
        assert rejected_by(to_gray(blurred)) == ["blur"]


SIDES = ("sharp", "blur")
