"""Resizing as TensorFlow 1 did it, by hand, by definition and by its own kernel."""

import numpy as np
import pytest
import tensorflow as tf

from tests.reference.pss_nsc import legacy_bilinear
from tfdeblur.ops.pyramid import decimate, decimated_pyramid, upsample_x2


def test_doubling_by_hand():
    image = np.array([[1.0, 3.0], [5.0, 11.0]], np.float32)[None, ..., None]
    expected = [[1, 2, 3, 3], [3, 5, 7, 7], [5, 8, 11, 11], [5, 8, 11, 11]]
    np.testing.assert_array_equal(upsample_x2(image)[0, ..., 0], expected)


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (4, 3), (7, 8)])
def test_doubling_equals_tensorflow_1_to_the_bit(size, rng):
    images = rng.random((2, *size, 3), np.float32)
    doubled = (2 * size[0], 2 * size[1])
    expected = tf.compat.v1.image.resize_bilinear(images, doubled, half_pixel_centers=False)
    np.testing.assert_array_equal(upsample_x2(images), expected)


def test_doubling_and_decimation_equal_the_definition(rng):
    image = rng.random((8, 12))
    doubled = upsample_x2(image[None, ..., None].astype(np.float32))[0, ..., 0]
    np.testing.assert_allclose(doubled, legacy_bilinear(image, 16, 24), atol=1e-6)
    for factor in (1, 2, 4):
        decimated = decimate(image[None, ..., None], factor)[0, ..., 0]
        np.testing.assert_array_equal(decimated, legacy_bilinear(image, 8 // factor, 12 // factor))


def test_doubling_keeps_unknown_sizes_unknown():
    graph = tf.function(upsample_x2, input_signature=[tf.TensorSpec((None, None, None, 1))])
    assert graph(np.zeros((2, 3, 5, 1), np.float32)).shape == (2, 6, 10, 1)


def test_pyramid_is_coarse_to_fine(rng):
    images = rng.random((1, 8, 16, 3), np.float32)
    quarter, half, full = decimated_pyramid(images, 3)
    np.testing.assert_array_equal(quarter, images[:, ::4, ::4])
    np.testing.assert_array_equal(half, images[:, ::2, ::2])
    assert full is images
