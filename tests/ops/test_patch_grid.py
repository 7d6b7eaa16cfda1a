"""Patch grids, against cutting by hand."""

import numpy as np
import pytest

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
