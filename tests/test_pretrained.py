"""The weights that come with the package."""

import cv2
import numpy as np
import pytest
import skimage.data

from tfdeblur import Deblurrer, build_model
from tfdeblur.errors import InputError
from tfdeblur.images.reader import read_image
from tfdeblur.pretrained import DEFAULT_MODEL, chosen_network, pretrained_models
from tfdeblur.weights.files import load_weights, save_weights

_MOST_BYTES = 25_000_000


def test_the_default_is_one_of_them():
    assert DEFAULT_MODEL in pretrained_models()
    assert chosen_network() == chosen_network(DEFAULT_MODEL)


@pytest.mark.parametrize("name", pretrained_models())
def test_every_file_is_of_its_preset_and_small(name):
    model, path = chosen_network(name)
    assert model == name
    assert path.stat().st_size < _MOST_BYTES
    load_weights(build_model(name), path)


def test_weights_that_are_named_are_taken():
    for model in (DEFAULT_MODEL, "dmphn_1"):
        assert chosen_network(model, "x.weights.h5") == (model, "x.weights.h5")


def test_a_preset_without_weights_of_ours():
    with pytest.raises(InputError, match=r"fetch those .* with `tfdeblur download dmphn"):
        Deblurrer("dmphn_1_2_4")
    with pytest.raises(InputError, match=f"expected its weight file as well, or .*{DEFAULT_MODEL}"):
        Deblurrer("dmphn_1_2")


def test_downloaded_weights_are_found_by_the_name_of_the_network(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDEBLUR_CACHE", str(tmp_path))
    save_weights(build_model("dmphn_1_2_4"), tmp_path / "dmphn_1_2_4.weights.h5")
    assert Deblurrer("dmphn_1_2_4").model.name == "dmphn_1_2_4"


def test_weights_alone_are_of_the_network_that_they_name(tmp_path):
    path = tmp_path / "x.weights.h5"
    save_weights(build_model("dmphn_1_2_small"), path)
    deblurrer = Deblurrer(weights=path)
    assert deblurrer.model.name == "dmphn_1_2_small"
    # More copies are for the default network alone.
    assert (deblurrer.ensemble, Deblurrer("dmsn_2_light").ensemble) == (1, 1)
    with pytest.raises(InputError, match="received weights of DMPHN"):
        Deblurrer("dmphn_1", path)


def test_a_configuration_is_no_network_any_more():
    with pytest.raises(InputError, match=r"config\.gin as the model.*weight file alone"):
        Deblurrer("run/config.gin")
    with pytest.raises(InputError, match="no such network"):
        Deblurrer("dmphn_1_2_3")


@pytest.mark.reference
def test_the_default_gains_a_decibel_on_real_pairs(reference_data):
    """What a network must, to be taken where nobody chose one."""
    deblur, gains = Deblurrer(), []
    for folder in sorted((reference_data / "gopro_pairs").iterdir()):
        blur, sharp = (read_image(folder / f"{side}.png").pixels for side in ("blur", "sharp"))
        gains.append(cv2.PSNR(deblur(blur), sharp) - cv2.PSNR(blur, sharp))
    assert len(gains) == 4
    assert np.mean(gains) >= 1


def test_it_takes_blur_away():
    """Shake of 12 pixels, as a filter that has nothing to do with how pairs are made."""
    sharp = skimage.data.coffee()
    window = [np.roll(sharp.astype(np.float64), shift, axis=1) for shift in range(-6, 7)]
    blur = np.mean(window, axis=0).round().astype(np.uint8)

    def error(image):
        return np.square(image[:, 16:-16].astype(np.float64) - sharp[:, 16:-16]).mean()

    assert error(Deblurrer()(blur)) < 0.88 * error(blur)
