"""The sensor: how noise grows, what saturates, what is stored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from tfdeblur.synthesis.camera_response import GammaResponse
from tfdeblur.synthesis.sensor import (
    add_noise,
    raise_highlights,
    sharpened,
    store,
    through_jpeg,
)


@pytest.mark.parametrize("light", [0.0, 0.1, 1.0])
def test_variance_of_noise(rng, light):
    noise = add_noise(rng, np.full(200_000, light), shot=1e-3, read=0.02) - light
    assert noise.mean() == pytest.approx(0, abs=3e-4)
    assert noise.var() == pytest.approx(1e-3 * light + 4e-4, rel=0.02)


def test_only_highlights_are_raised():
    light = np.repeat(np.array([0, 0.5, 0.79, 0.9, 1.0])[:, None, None], 3, axis=-1)
    raised = raise_highlights(light, gain=3)[:, 0, 0]
    np.testing.assert_allclose(raised, [0, 0.5, 0.79, 0.9 * 2, 3])
    np.testing.assert_array_equal(raise_highlights(light, gain=1), light)


def test_hue_of_highlights_stays():
    light = np.array([[[1.0, 0.9, 0.8]]])
    raised = raise_highlights(light, gain=4)
    assert raised.max() > 1
    np.testing.assert_allclose(raised / raised.max(), light)


def test_stores_clipped_and_rounded():
    light = np.array([-0.1, 0, 0.5, 1, 7])
    np.testing.assert_array_equal(store(light, GammaResponse(1)), [0, 0, 128, 255, 255])
    np.testing.assert_array_equal(store(light, GammaResponse(2.2)), [0, 0, 186, 255, 255])


def test_jpeg_keeps_colours_in_place_and_loses_more_at_low_quality(rng):
    image = np.zeros((32, 32, 3), np.uint8)
    image[:, :16, 0] = 200
    image[16:, :, 2] = 100
    image += rng.integers(0, 20, image.shape, np.uint8)
    errors = [np.abs(through_jpeg(image, q).astype(int) - image).mean() for q in (98, 30)]
    assert errors[0] < 6 < errors[1] * 1.5
    assert errors[0] < errors[1]


def test_sharpening_is_an_unsharp_mask(rng):
    image = rng.integers(60, 190, (24, 24, 3), np.uint8)
    smooth = gaussian_filter(image.astype(float), (1, 1, 0), mode="mirror")
    expected = np.clip(image + 0.5 * (image - smooth), 0, 255)
    assert np.abs(sharpened(image, 0.5) - expected).max() <= 1.5
    np.testing.assert_array_equal(sharpened(image, 0), image)


def test_sharpening_steepens_edges_and_leaves_even_places():
    edge = np.full((16, 16, 3), 80, np.uint8)
    edge[:, 8:] = 160
    row = sharpened(edge, 1)[8, :, 0]
    assert row[7] < 80 < 160 < row[8]
    assert (row[:3] == 80).all()
    assert (row[-3:] == 160).all()


@pytest.mark.properties
@given(
    light=st.lists(st.floats(0, 1), min_size=3, max_size=30).map(lambda v: v[: len(v) // 3 * 3]),
    gain=st.floats(1, 10),
    shot=st.floats(0, 0.1),
    read=st.floats(0, 0.1),
    gamma=st.floats(0.3, 4),
)
def test_light_stays_in_its_range_on_the_way_to_the_file(light, gain, shot, read, gamma):
    light = np.reshape(light, (1, -1, 3))
    raised = raise_highlights(light, gain)
    assert (light <= raised + 1e-12).all()
    assert (raised <= gain * light + 1e-12).all()
    noisy = add_noise(np.random.default_rng(0), raised, shot, read)
    assert np.isfinite(noisy).all()
    stored = store(noisy, GammaResponse(gamma))
    expected = noisy.astype(np.float64).clip(0, 1) ** (1 / gamma) * 255
    assert np.abs(stored - expected).max() <= 0.5 + 1e-3
