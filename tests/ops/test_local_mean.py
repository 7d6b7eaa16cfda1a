"""Means of surroundings, against the obvious loop."""

import numpy as np
import pytest

from tfdeblur.ops.local_mean import local_mean


def by_loops(x, window):
    height, width = x.shape[1:3]
    rows, columns = min(window, height), min(window, width)
    result = np.empty_like(x)
    for i in range(height):
        for j in range(width):
            top = min(max(i - (rows - 1) // 2, 0), height - rows)
            left = min(max(j - (columns - 1) // 2, 0), width - columns)
            result[:, i, j] = x[:, top : top + rows, left : left + columns].mean(axis=(1, 2))
    return result


@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 9), (8, 4), (12, 7)])
@pytest.mark.parametrize("window", [1, 4, 5])
def test_is_the_mean_of_the_window(rng, height, width, window):
    x = rng.random((2, height, width, 3), dtype=np.float32)
    np.testing.assert_allclose(local_mean(x, window), by_loops(x, window), atol=1e-6)


def test_an_image_within_the_window_has_one_mean(rng):
    x = rng.random((1, 6, 5, 2), dtype=np.float32)
    expected = np.broadcast_to(x.mean(axis=(1, 2), keepdims=True), x.shape)
    np.testing.assert_allclose(local_mean(x, 6), expected, atol=1e-6)
