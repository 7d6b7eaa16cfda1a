"""Padding, against NumPy's."""

import numpy as np
import pytest

from tfdeblur.ops.padding import PADDING_MODES, crop_to_size, pad_to_multiple


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
    with pytest.raises(ValueError, match="mode='zeros'; expected one of reflect, edge"):
        pad_to_multiple(rng.random((1, 3, 3, 1)), (4, 4), "zeros")
