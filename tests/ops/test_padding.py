"""Padding, against NumPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdeblur.ops.padding import PADDING_MODES, crop_to_size, pad_to_multiple, padded_size


@pytest.mark.parametrize("mode", PADDING_MODES)
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 3), (5, 16), (15, 17), (16, 8), (33, 9)])
def test_equals_numpy_and_crops_back(size, mode, rng):
    images = rng.random((2, *size, 3), dtype=np.float32)
    padded = pad_to_multiple(images, (16, 8), mode)
    bottom, right = -size[0] % 16, -size[1] % 8
    expected = np.pad(images, ((0, 0), (0, bottom), (0, right), (0, 0)), mode)
    np.testing.assert_array_equal(padded, expected)
    np.testing.assert_array_equal(crop_to_size(padded, *size), images)


def test_unknown_mode_is_refused(rng):
    with pytest.raises(ValueError, match="mode='zeros'; expected one of reflect, edge, constant"):
        pad_to_multiple(rng.random((1, 3, 3, 1)), (4, 4), "zeros")


@pytest.mark.properties
@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    multiple=st.tuples(st.integers(1, 33), st.integers(1, 33)),
    mode=st.sampled_from(PADDING_MODES),
    dtype=st.sampled_from(["uint8", "float32"]),
)
def test_any_size_grows_to_any_multiple_as_in_numpy(size, multiple, mode, dtype):
    images = np.arange(2 * size[0] * size[1], dtype=dtype).reshape(2, *size, 1)
    padded = np.asarray(pad_to_multiple(images, multiple, mode))
    missing = [(0, -side % step) for side, step in zip(size, multiple, strict=True)]
    np.testing.assert_array_equal(padded, np.pad(images, ((0, 0), *missing, (0, 0)), mode))
    assert padded.dtype == dtype
    np.testing.assert_array_equal(crop_to_size(padded, *size), images)


@pytest.mark.properties
@given(size=st.integers(1, 10**6), multiple=st.integers(1, 10**4))
def test_the_padded_size_is_the_least_that_fits(size, multiple):
    padded = padded_size(size, multiple)
    assert padded % multiple == 0
    assert size <= padded < size + multiple
