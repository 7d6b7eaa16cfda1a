"""Patch grids, against cutting by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdeblur.ops.patch_grid import grid_shape, join_patches, split_into_patches


@pytest.mark.parametrize(
    ("num_patches", "shape"), [(1, (1, 1)), (2, (2, 1)), (4, (2, 2)), (8, (4, 2)), (16, (4, 4))]
)
def test_grid_doubles_along_the_height_first(num_patches, shape):
    assert grid_shape(num_patches) == shape


@pytest.mark.parametrize("num_patches", [0, -4, 3, 12])
def test_other_counts_are_refused(num_patches):
    with pytest.raises(ValueError, match=f"{num_patches} patches; expected a power of two"):
        grid_shape(num_patches)


@pytest.mark.parametrize("num_patches", [1, 2, 4, 8, 16])
def test_patches_come_image_by_image_and_row_by_row(num_patches, rng):
    images = rng.random((3, 8, 12, 2), dtype=np.float32)
    rows, columns = grid_shape(num_patches)
    by_hand = [
        patch
        for image in images
        for row in np.vsplit(image, rows)
        for patch in np.hsplit(row, columns)
    ]
    patches = split_into_patches(images, num_patches)
    np.testing.assert_array_equal(patches, by_hand)
    np.testing.assert_array_equal(join_patches(patches, num_patches), images)


@pytest.mark.properties
@given(
    num_patches=st.integers(0, 6).map(lambda doublings: 2**doublings),
    batch=st.integers(1, 3),
    patch=st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 3)),
)
def test_every_pixel_is_where_counting_finds_it(num_patches, batch, patch):
    rows = columns = 1
    while rows * columns < num_patches:
        rows, columns = (2 * rows, columns) if rows == columns else (rows, 2 * columns)
    height, width, channels = patch
    images = np.arange(batch * rows * height * columns * width * channels)
    images = images.reshape(batch, rows * height, columns * width, channels)
    patches = np.asarray(split_into_patches(images, num_patches))
    assert patches.shape == (batch * num_patches, *patch)
    for number, content in enumerate(patches):
        image, place = divmod(number, num_patches)
        row, column = divmod(place, columns)
        top, left = row * height, column * width
        np.testing.assert_array_equal(
            content, images[image, top : top + height, left : left + width]
        )
    np.testing.assert_array_equal(join_patches(patches, num_patches), images)
