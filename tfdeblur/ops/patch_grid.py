"""Patch grids of the multi-patch hierarchy ([Zhang19] Sec. 3.1, Fig. 3).

A level of n patches cuts the image into a grid of rows x columns equal patches
that do not overlap. n doubles along the height first, then the width, and so on:
1 -> 1x1, 2 -> 2x1 (top and bottom), 4 -> 2x2, 8 -> 4x2, 16 -> 4x4.

All patches of all images form one batch, ordered image by image, then row by
row, so that a level costs one convolution call whatever its number of patches.
"""

from keras import ops


def grid_shape(num_patches):
    """(rows, columns) of the grid with `num_patches` patches, a power of two.

    Raises:
      ValueError: when `num_patches` is not a positive power of two.
    """
    if num_patches < 1 or num_patches & (num_patches - 1):
        raise ValueError(
            f"Received a level of {num_patches} patches; expected a power of two (1, 2, 4, 8, ...)."
        )
    doublings = num_patches.bit_length() - 1
    return 2 ** ((doublings + 1) // 2), 2 ** (doublings // 2)


def split_into_patches(images, num_patches):
    """(b, h, w, c) -> (b * num_patches, h / rows, w / columns, c).

    The height must be a multiple of the grid's rows and the width of its columns.
    """
    rows, columns = grid_shape(num_patches)
    batch, height, width, channels = ops.shape(images)
    patch_height, patch_width = height // rows, width // columns
    if columns > 1:
        images = ops.reshape(images, (batch, rows, patch_height, columns, patch_width, channels))
        images = ops.transpose(images, (0, 1, 3, 2, 4, 5))
    return ops.reshape(images, (batch * num_patches, patch_height, patch_width, channels))


def join_patches(patches, num_patches):
    """(b * num_patches, h / rows, w / columns, c) -> (b, h, w, c), inverse of the split."""
    rows, columns = grid_shape(num_patches)
    patch_batch, patch_height, patch_width, channels = ops.shape(patches)
    batch = patch_batch // num_patches
    if columns > 1:
        patches = ops.reshape(patches, (batch, rows, columns, patch_height, patch_width, channels))
        patches = ops.transpose(patches, (0, 1, 3, 2, 4, 5))
    return ops.reshape(patches, (batch, rows * patch_height, columns * patch_width, channels))
