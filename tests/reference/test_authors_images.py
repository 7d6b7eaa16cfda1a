"""The authors' weights give the authors' images and the known values."""

import keras
import numpy as np
import pytest

from tfdeblur import Deblurrer, build_model
from tfdeblur.images.reader import read_image
from tfdeblur.weights import import_release


def imported(preset, folder):
    model = build_model(preset)
    assert import_release(model, folder) == []
    return Deblurrer(model)


@pytest.fixture(scope="module")
def dmphn_1_2_4(reference_data):
    yield imported("dmphn_1_2_4", reference_data / "dmphn_ckpt" / "DMPHN_1_2_4")
    keras.backend.clear_session()


@pytest.fixture(scope="module")
def stack2(reference_data):
    yield imported("stack2_dmphn", reference_data / "dmphn_ckpt" / "SDNet2")
    keras.backend.clear_session()


FRAMES = [
    ("gopro_pairs/GOPR0384_11_00_000001/blur.png", "000001"),
    ("dmphn_golden/000007/input.png", "000007"),
]


def assert_is_the_authors_image(restored, golden):
    """At most one grey level apart, on fewer than 0.01 % of values."""
    difference = np.abs(restored.astype(int) - read_image(golden).pixels)
    assert difference.max() <= 1
    assert np.mean(difference > 0) < 1e-4


pytestmark = [pytest.mark.reference, pytest.mark.slow]


def psnr_db(restored, sharp):
    error = np.mean((restored.astype(np.float64) - sharp) ** 2)
    return 10 * np.log10(255**2 / error)


@pytest.mark.parametrize(("blurred", "golden"), FRAMES)
def test_dmphn_images_which_the_authors_truncated(blurred, golden, dmphn_1_2_4, reference_data):
    restored = dmphn_1_2_4(read_image(reference_data / blurred).pixels, quantisation="floor")
    assert_is_the_authors_image(
        restored, reference_data / "dmphn_golden" / golden / "DMPHN_1_2_4.png"
    )


@pytest.mark.parametrize(("blurred", "golden"), FRAMES)
def test_stack2_images_which_the_authors_rounded(blurred, golden, stack2, reference_data):
    restored = stack2(read_image(reference_data / blurred).pixels)
    assert_is_the_authors_image(restored, reference_data / "dmphn_golden" / golden / "SDNet2.png")
    if golden == "000001":
        sharp = read_image(reference_data / "gopro_pairs/GOPR0384_11_00_000001/sharp.png").pixels
        assert psnr_db(restored, sharp) == pytest.approx(31.37, abs=0.01)


@pytest.mark.parametrize(
    ("pair", "expected_db"),
    [
        ("GOPR0396_11_00_000001", 26.86),
        ("GOPR0854_11_00_dh01", 27.11),
        ("GOPR0869_11_00_dh03", 28.52),
    ],
)
def test_psnr_on_real_pairs(pair, expected_db, dmphn_1_2_4, reference_data):
    folder = reference_data / "gopro_pairs" / pair
    restored = dmphn_1_2_4(read_image(folder / "blur.png").pixels)
    assert psnr_db(restored, read_image(folder / "sharp.png").pixels) == pytest.approx(
        expected_db, abs=0.01
    )
