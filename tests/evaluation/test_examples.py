"""Which images are shown, and which parts of them."""

import numpy as np
import pytest

from tests.evaluation.small import deblurrer, pair, sharpen, write_pairs
from tfdeblur.data import folder_pairs
from tfdeblur.evaluation.examples import CROP_SIDE, Example, choose, restore_examples


def rows_of(values):
    return [{"position": i, "name": str(i), "psnr_db": v} for i, v in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "worst", "median", "best"),
    [
        ([30], [0], [], []),
        ([30, 20], [1], [], [0]),
        ([30, 20, 25], [1], [2], [0]),
        ([5, 4, 3, 2, 1, 0, 6], [5, 4], [2, 1], [6, 0]),
        (range(101), [0, 1, 2], [49, 50, 51], [100, 99, 98]),
        ([20, 20, float("inf")], [0], [1], [2]),
    ],
)
def test_worst_median_and_best(values, worst, median, best):
    chosen = choose(rows_of(values))
    for kind, expected in (("worst", worst), ("median", median), ("best", best)):
        assert [row["position"] for k, row in chosen if k == kind] == expected


def example(blur_error, restored_error, size=(300, 400)):
    """Errors are dicts from the centre of a square of 20 pixels to grey levels."""
    sharp = np.full((*size, 3), 100, np.uint8)
    images = []
    for errors in (blur_error, restored_error):
        image = sharp.copy()
        for (row, column), levels in errors.items():
            image[row - 10 : row + 10, column - 10 : column + 10] += np.uint8(levels)
        images.append(image)
    return Example("worst", {}, *images, sharp)


def test_crops_are_where_most_was_gained_and_where_most_is_left():
    shown = example({(100, 120): 50, (200, 300): 60}, {(200, 300): 55})
    crops = shown.crops()
    gain, error = crops["largest improvement"], crops["largest remaining error"]
    for image in (*gain, *error):
        assert image.shape == (CROP_SIDE, CROP_SIDE, 3)
    assert [image.max() for image in gain] == [150, 100, 100]
    assert [image.max() for image in error] == [160, 155, 100]


def test_crops_stay_inside_the_image():
    shown = example({(10, 390): 50}, {(290, 10): 20})
    for images in shown.crops().values():
        assert images[0].shape == (CROP_SIDE, CROP_SIDE, 3)
    small = example({(20, 20): 50}, {(20, 20): 20}, size=(40, 60))
    assert small.crops()["largest improvement"][0].shape == (40, 60, 3)


@pytest.mark.parametrize(
    ("quantisation", "offset"), [("round", 0.5), ("floor", 0.0), ("float", 0.5)]
)
def test_what_is_shown_is_what_was_scored(tmp_path, quantisation, offset):
    source = folder_pairs(**write_pairs(tmp_path, ["0", "1", "2"]))
    chosen = [("worst", rows_of(range(3))[2]), ("best", rows_of(range(3))[0])]
    shown = list(restore_examples(deblurrer(), source, quantisation, chosen))
    assert [(each.kind, each.row["position"]) for each in shown] == [("best", 0), ("worst", 2)]
    for each in shown:
        blur, sharp = pair(each.row["position"])
        np.testing.assert_array_equal(each.blur, blur)
        np.testing.assert_array_equal(each.sharp, sharp)
        expected = np.floor(np.clip(sharpen(blur), 0, 1) * 255 + offset)
        np.testing.assert_array_equal(each.restored, expected)
