"""Resizing as TensorFlow 1 did it, by hand, by definition and by its own kernel."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.pss_nsc import legacy_bilinear
from tfdeblur.ops.pyramid import (
    averaged_pyramid,
    decimate,
    decimated_pyramid,
    upsample_x2,
    upsample_x2_centred,
)


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


@pytest.mark.parametrize("double", [upsample_x2, upsample_x2_centred])
def test_doubling_keeps_unknown_sizes_unknown(double):
    graph = tf.function(double, input_signature=[tf.TensorSpec((None, None, None, 1))])
    assert graph(np.zeros((2, 3, 5, 1), np.float32)).shape == (2, 6, 10, 1)


def test_centred_doubling_by_hand():
    image = np.array([[0.0, 4.0]], np.float32)[None, ..., None]
    np.testing.assert_array_equal(upsample_x2_centred(image)[0, ..., 0], [[0, 1, 3, 4]] * 2)


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (4, 3), (7, 8)])
def test_centred_doubling_equals_tensorflow_2(size, rng):
    images = rng.random((2, *size, 3), np.float32)
    expected = tf.image.resize(images, (2 * size[0], 2 * size[1]), "bilinear")
    np.testing.assert_allclose(upsample_x2_centred(images), expected, atol=1e-6)


def test_centred_doubling_undoes_averaging_of_a_slope():
    """A pixel of the averaged pyramid lies in the middle of those it is the mean of."""
    slope = np.linspace(0, 1, 16, dtype=np.float32)[None, None, :, None] * np.ones((1, 8, 1, 1))
    half, _ = averaged_pyramid(slope, 2)
    np.testing.assert_allclose(upsample_x2_centred(half)[:, :, 1:-1], slope[:, :, 1:-1], atol=1e-6)


def test_pyramid_is_coarse_to_fine(rng):
    images = rng.random((1, 8, 16, 3), np.float32)
    quarter, half, full = decimated_pyramid(images, 3)
    np.testing.assert_array_equal(quarter, images[:, ::4, ::4])
    np.testing.assert_array_equal(half, images[:, ::2, ::2])
    assert full is images


sizes = st.tuples(st.integers(1, 2), st.integers(1, 17), st.integers(1, 17), st.integers(1, 3))


def random_images(shape, seed):
    return np.random.default_rng(seed).random(shape, np.float32)


@pytest.mark.properties
@given(shape=sizes, seed=st.integers(0, 2**32))
def test_doubling_reads_every_pixel_where_tensorflow_1_does(shape, seed):
    images = random_images(shape, seed)
    expected = np.empty((shape[0], 2 * shape[1], 2 * shape[2], shape[3]))
    for row in range(2 * shape[1]):
        for column in range(2 * shape[2]):
            # The means of the neighbours of (row / 2, column / 2), the last one repeated.
            rows = [row // 2, min((row + 1) // 2, shape[1] - 1)]
            columns = [column // 2, min((column + 1) // 2, shape[2] - 1)]
            expected[:, row, column] = np.mean(
                [images[:, y, x] for y in rows for x in columns], axis=0, dtype=np.float64
            )
    doubled = np.asarray(upsample_x2(images))
    np.testing.assert_allclose(doubled, expected, atol=1e-6)
    np.testing.assert_array_equal(decimate(doubled, 2), images)
    assert images.min() <= doubled.min() <= doubled.max() <= images.max()


@pytest.mark.properties
@given(
    num_scales=st.integers(1, 4),
    tiles=st.tuples(st.integers(1, 3), st.integers(1, 4)),
    seed=st.integers(0, 2**32),
)
def test_pyramids_have_the_scales_and_values_of_their_definitions(num_scales, tiles, seed):
    largest = 2 ** (num_scales - 1)
    images = random_images((2, tiles[0] * largest, tiles[1] * largest, 3), seed)
    for k, (decimated, averaged) in enumerate(
        zip(
            decimated_pyramid(images, num_scales), averaged_pyramid(images, num_scales), strict=True
        )
    ):
        step = largest // 2**k
        height, width = images.shape[1] // step, images.shape[2] // step
        blocks = images.reshape(2, height, step, width, step, 3)
        np.testing.assert_array_equal(decimated, blocks[:, :, 0, :, 0])
        np.testing.assert_allclose(averaged, blocks.mean(axis=(2, 4)), atol=1e-6)
