"""The contact sheet shows every pair, blurred left of sharp."""

import numpy as np

from tfdeblur.synthesis.contact_sheet import contact_sheet, spread


def columns_filled_by(places):
    return np.nonzero(places.sum(axis=0) > 40)[0]


def even(level, shape=(90, 160, 3), dtype=np.uint8):
    return np.full(shape, level, dtype)


def test_every_pair_is_on_it():
    pairs = [
        ("one", even(50), even(60)),
        ("two", even(70, (40, 40, 3)), even(80, (40, 40, 3))),
        ("three", even(90 << 8, (90, 160, 1), np.uint16), even(99 << 8, (90, 160, 1), np.uint16)),
    ]
    sheet = contact_sheet(pairs, thumbnail_width=80)
    assert sheet.dtype == np.uint8
    for blurred, sharp in ((50, 60), (70, 80), (90, 99)):
        left, right = ((sheet == level).all(axis=-1) for level in (blurred, sharp))
        # The edges of letters have every level, too, so not exactly.
        assert left.sum() >= 80 * 45
        np.testing.assert_array_equal(columns_filled_by(left) + 80, columns_filled_by(right))


def test_spread():
    assert spread([1, 2, 3], 5) == [1, 2, 3]
    assert spread(list(range(101)), 5) == [0, 25, 50, 75, 100]
