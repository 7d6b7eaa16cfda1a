"""Scores of one image: which value is whose, and what is refused."""

import keras
import numpy as np
import pytest

from tests.evaluation.small import deblurrer, pair
from tfdeblur.errors import InputError
from tfdeblur.evaluation.scores import METRICS, SCORES, ImageScores
from tfdeblur.ops.image_range import to_unit_range


@pytest.fixture(scope="module")
def images():
    """(restored, blur, sharp), the restored image as the network gives it."""
    blur, sharp = pair(3)
    restored = deblurrer().restore(to_unit_range(blur[None]))
    return keras.ops.convert_to_numpy(restored), blur, sharp


def test_every_score_is_that_of_its_metric_and_image(images):
    restored, blur, sharp = images
    scores = ImageScores("float")(restored, blur, sharp)
    assert tuple(scores) == SCORES
    reference = to_unit_range(sharp[None])
    for name, metric in METRICS.items():
        of_restored = metric(np.clip(restored, 0, 1), reference)
        of_blurred = metric(to_unit_range(blur[None]), reference)
        assert scores[name] == pytest.approx(float(of_restored[0]), abs=1e-5)
        assert scores[f"input_{name}"] == pytest.approx(float(of_blurred[0]), abs=1e-5)


@pytest.mark.parametrize("quantisation", ["round", "floor"])
def test_what_is_scored_is_what_the_deblurrer_would_save(images, quantisation):
    restored, blur, sharp = images
    saved = deblurrer()(blur, quantisation)
    scores = ImageScores(quantisation)
    np.testing.assert_array_equal(scores.quantised(restored), saved)
    of_saved = ImageScores("float")(to_unit_range(saved[None]), blur, sharp)
    assert scores(restored, blur, sharp) == pytest.approx(of_saved, abs=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_value_that_is_no_number_is_enough(images, value):
    restored, blur, sharp = (image.copy() for image in images)
    restored[0, 5, 7, 1] = value
    for quantisation in ("round", "floor", "float"):
        with pytest.raises(InputError, match="holds NaN"):
            ImageScores(quantisation)(restored, blur, sharp)


def test_images_smaller_than_the_windows_are_refused(images):
    restored, blur, sharp = images
    with pytest.raises(InputError, match="52x10 pixels; expected at least 11"):
        ImageScores("round")(restored[:, :10], blur[:10], sharp[:10])
