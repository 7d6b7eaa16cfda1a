"""A photo keeps what belongs to it when its pixels change."""

import numpy as np

from tfdeblur.images.photo import Photo


def test_other_pixels_same_everything_else():
    alpha = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    photo = Photo(np.zeros((2, 3, 3), np.uint8), alpha, icc_profile=b"icc", exif=b"exif")
    other = photo.replace_pixels(np.ones((2, 3, 3), np.uint8))
    assert (other.icc_profile, other.exif) == (b"icc", b"exif")
    assert other.with_alpha()[1, 2].tolist() == [1, 1, 1, 5]
    assert photo.with_alpha()[1, 2].tolist() == [0, 0, 0, 5]
