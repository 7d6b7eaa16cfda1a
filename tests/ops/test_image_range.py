"""Ranges and quantisation."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdeblur.choices import QUANTIZATIONS
from tfdeblur.ops.image_range import quantise, to_unit_range


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("quantisation", ["round", "floor"])
def test_every_integer_survives_the_round_trip(dtype, quantisation):
    integers = np.arange(np.iinfo(dtype).max + 1).astype(dtype)
    back = quantise(to_unit_range(integers), dtype, quantisation)
    if quantisation == "round":
        np.testing.assert_array_equal(back, integers)
    else:  # k / 255 * 255 may fall just short of k
        difference = integers.astype(int) - np.asarray(back, int)
        assert set(np.unique(difference)) <= {0, 1}


def test_what_the_quantisations_do():
    values = np.array([-1.0, 0.0, 0.4999 / 255, 0.5 / 255, 1.7 / 255, 1.0, 2.0], np.float32)
    assert np.asarray(quantise(values)).tolist() == [0, 0, 0, 1, 2, 255, 255]
    assert np.asarray(quantise(values, quantisation="floor")).tolist() == [0, 0, 0, 0, 1, 255, 255]
    np.testing.assert_array_equal(quantise(values, quantisation="float"), values.clip(0, 1))


def test_dtypes():
    image = np.zeros((2, 2, 3), np.uint16)
    assert keras.backend.standardize_dtype(to_unit_range(image).dtype) == "float32"
    assert keras.backend.standardize_dtype(quantise(image * 0.5, "uint16").dtype) == "uint16"


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=f"'ceil'; expected one of {', '.join(QUANTIZATIONS)}"):
        quantise(np.zeros(3), quantisation="ceil")
    with pytest.raises(ValueError, match="dtype int32; expected uint8 or uint16"):
        to_unit_range(np.zeros(3, np.int32))


floats = st.lists(st.floats(-3, 3, width=32) | st.floats(0, 1, width=32), min_size=1, max_size=50)
dtypes = st.sampled_from(["uint8", "uint16"])


@pytest.mark.properties
@given(values=floats, dtype=dtypes)
def test_rounding_is_to_the_nearest_integer_and_flooring_to_the_one_below(values, dtype):
    images = np.array(values, np.float32)
    most = np.iinfo(dtype).max
    exact = images.astype(np.float64).clip(0, 1) * most
    # What float32 loses of a product with 65535, or of 0.5 added to it.
    tolerance = most * 2.0**-23
    rounded = np.asarray(quantise(images, dtype)).astype(np.float64)
    floored = np.asarray(quantise(images, dtype, "floor")).astype(np.float64)
    assert np.abs(rounded - exact).max() <= 0.5 + tolerance
    assert (exact - floored).min() >= -tolerance
    assert (exact - floored).max() < 1 + tolerance
    for quantised in (rounded, floored):
        order = np.argsort(images, kind="stable")
        assert (np.diff(quantised[order]) >= 0).all()


@pytest.mark.properties
@given(values=floats, dtype=dtypes)
def test_what_was_rounded_once_is_not_changed_again(values, dtype):
    once = quantise(np.array(values, np.float32), dtype)
    np.testing.assert_array_equal(quantise(to_unit_range(once), dtype), once)


@pytest.mark.properties
@given(
    values=st.lists(
        st.floats(width=32, allow_nan=False, allow_subnormal=False), min_size=1, max_size=50
    )
)
def test_any_float_is_clipped_to_an_image(values):
    images = np.array(values, np.float32)
    clipped = np.asarray(quantise(images, quantisation="float"))
    np.testing.assert_array_equal(clipped, np.minimum(np.maximum(images, 0), 1))
    extremes = np.asarray(quantise(images))[np.isinf(images)]
    np.testing.assert_array_equal(extremes, np.where(images[np.isinf(images)] > 0, 255, 0))
