"""Ranges and quantisation."""

import keras
import numpy as np
import pytest

from tfdeblur.ops.image_range import QUANTISATIONS, quantise, to_unit_range


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
    with pytest.raises(ValueError, match=f"'ceil'; expected one of {', '.join(QUANTISATIONS)}"):
        quantise(np.zeros(3), quantisation="ceil")
    with pytest.raises(ValueError, match="dtype int32; expected uint8 or uint16"):
        to_unit_range(np.zeros(3, np.int32))
