"""The weights that come with the package."""

import numpy as np
import pytest
import skimage.data

from tfdeblur import Deblurrer, build_model
from tfdeblur.errors import InputError
from tfdeblur.pretrained import chosen_weights, pretrained_models
from tfdeblur.weights.files import load_weights

_MOST_BYTES = 25_000_000


def test_there_are_some():
    assert "dmsn_2_light" in pretrained_models()


@pytest.mark.parametrize("name", pretrained_models())
def test_every_file_is_of_its_preset_and_small(name):
    path = chosen_weights(name)
    assert path.stat().st_size < _MOST_BYTES
    load_weights(build_model(name), path)


def test_weights_that_are_named_are_taken():
    assert chosen_weights("dmsn_2_light", "x.weights.h5") == "x.weights.h5"
    assert chosen_weights("dmphn_1", "x.weights.h5") == "x.weights.h5"


def test_a_preset_without_weights_of_ours():
    with pytest.raises(InputError, match=r"expected its weight file as well, or .*dmsn_2_light"):
        Deblurrer("dmphn_1_2_4")


def test_it_takes_blur_away():
    """Shake of 12 pixels, as a filter that has nothing to do with how pairs are made."""
    sharp = skimage.data.coffee()
    window = [np.roll(sharp.astype(np.float64), shift, axis=1) for shift in range(-6, 7)]
    blur = np.mean(window, axis=0).round().astype(np.uint8)

    def error(image):
        return np.square(image[:, 16:-16].astype(np.float64) - sharp[:, 16:-16]).mean()

    assert error(Deblurrer("dmsn_2_light")(blur)) < 0.96 * error(blur)
