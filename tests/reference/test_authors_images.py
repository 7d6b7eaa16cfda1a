"""The authors' weights give the authors' images and the known values."""

import cv2
import keras
import numpy as np
import pytest

from tfdeblur import Deblurrer, build_model
from tfdeblur.inference.image_reader import read_image
from tfdeblur.weights.importing import import_release


@pytest.fixture(scope="module")
def dmphn_1_2_4(reference_data):
    model = build_model("dmphn_1_2_4")
    import_release(model, reference_data / "dmphn_ckpt" / "DMPHN_1_2_4")
    yield Deblurrer(model)
    keras.backend.clear_session()


def psnr_db(restored, sharp):
    error = np.mean((restored.astype(np.float64) - sharp) ** 2)
    return 10 * np.log10(255**2 / error)


@pytest.mark.parametrize(
    ("blurred", "golden"),
    [
        ("gopro_pairs/GOPR0384_11_00_000001/blur.png", "000001"),
        ("dmphn_golden/000007/input.png", "000007"),
    ],
)
def test_golden_images(blurred, golden, dmphn_1_2_4, reference_data):
    """At most one grey level apart, on fewer than 0.01 % of values; the authors truncated."""
    restored = dmphn_1_2_4(read_image(reference_data / blurred).pixels, quantisation="floor")
    authors = cv2.imread(str(reference_data / "dmphn_golden" / golden / "DMPHN_1_2_4.png"))
    difference = np.abs(restored.astype(int) - authors[..., ::-1])
    assert difference.max() <= 1
    assert np.mean(difference > 0) < 1e-4


@pytest.mark.parametrize(
    ("pair", "expected_db"),
    [
        ("GOPR0384_11_00_000001", 30.77),
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
