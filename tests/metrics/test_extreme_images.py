"""PSNR and SSIM of black, white and saturated images: finite, or infinite where it is said."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdeblur.metrics import psnr, ssim_gaussian, ssim_matlab3d, ssim_skimage

pytestmark = pytest.mark.properties

SSIMS = {"matlab3d": ssim_matlab3d, "gaussian": ssim_gaussian, "skimage": ssim_skimage}
SHAPE = (12, 13, 3)


def extreme_images():
    odd = np.indices(SHAPE).sum(axis=0) % 2
    return {
        "black": np.zeros(SHAPE),
        "white": np.ones(SHAPE),
        "checkerboard": odd,
        "its negative": 1 - odd,
        "red": np.broadcast_to([1, 0, 0], SHAPE),
        "one step above black": np.full(SHAPE, 1 / 255),
    }


IMAGES = {name: image[None].astype(np.float32) for name, image in extreme_images().items()}
PAIRS = list(itertools.combinations_with_replacement(IMAGES, 2))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_psnr_is_that_of_the_definition_and_infinite_for_equal_images_only(one, other):
    with np.errstate(divide="ignore"):
        error = np.square(IMAGES[one] - IMAGES[other].astype(np.float64)).mean()
        expected = -10 * np.log10(error)
    np.testing.assert_allclose(psnr(IMAGES[one], IMAGES[other]), [expected], atol=1e-4)
    assert np.isposinf(expected) == (one == other)


@pytest.mark.parametrize("ssim", SSIMS.values(), ids=SSIMS)
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_ssim_is_within_its_range_and_one_for_equal_images(ssim, one, other):
    [value] = np.asarray(ssim(IMAGES[one], IMAGES[other]))
    assert -1 - 1e-5 <= value <= 1 + 1e-5
    assert np.asarray(ssim(IMAGES[other], IMAGES[one])) == pytest.approx([value], abs=1e-5)
    if one == other:
        assert value == 1


@given(
    sides=st.tuples(st.integers(11, 24), st.integers(11, 24)),
    name=st.sampled_from(sorted(SSIMS)),
    saturation=st.floats(0.5, 50),
    seed=st.integers(0, 2**32),
)
def test_ssim_of_any_images_is_symmetric_and_within_its_range(sides, name, saturation, seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(0.5, saturation / 5, (2, 1, *sides, 3)).clip(0, 1).astype(np.float32)
    [value] = np.asarray(SSIMS[name](*images))
    assert -1 - 1e-5 <= value <= 1 + 1e-5
    assert np.asarray(SSIMS[name](*images[::-1])) == pytest.approx([value], abs=1e-5)
