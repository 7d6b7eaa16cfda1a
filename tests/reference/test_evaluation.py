"""`evaluate` gives the known values of the authors' weights on real pairs."""

import csv

import numpy as np
import pytest

from tests.reference.test_authors_images import dmphn_1_2_4  # noqa: F401
from tests.test_evaluate import summary_of
from tfdeblur.data import folder_pairs
from tfdeblur.evaluation import evaluate
from tfdeblur.evaluation.scores import ImageScores
from tfdeblur.images.reader import read_image

pytestmark = [pytest.mark.reference, pytest.mark.slow]

PAIR = "GOPR0384_11_00_000001"


@pytest.fixture
def one_pair(reference_data, tmp_path):
    for side in ("blur", "sharp"):
        (tmp_path / side).mkdir()
        original = reference_data / "gopro_pairs" / PAIR / f"{side}.png"
        (tmp_path / side / f"{PAIR}.png").symlink_to(original.resolve())
    return folder_pairs(blur_dir=tmp_path / "blur", sharp_dir=tmp_path / "sharp")


def test_dmphn_1_2_4(one_pair, dmphn_1_2_4, tmp_path):  # noqa: F811
    summary = evaluate(dmphn_1_2_4, one_pair, tmp_path / "out")
    assert summary["psnr_db"] == pytest.approx(30.77, abs=0.01)
    assert summary["input_psnr_db"] == pytest.approx(24.05, abs=0.01)
    assert summary == summary_of(tmp_path / "out")
    with (tmp_path / "out" / "per_image.csv").open() as file:
        [row] = csv.DictReader(file)
    assert (row["name"], float(row["psnr_db"])) == (PAIR, summary["psnr_db"])


def test_quantisations_of_one_output(reference_data, dmphn_1_2_4):  # noqa: F811
    blur, sharp = (
        read_image(reference_data / "gopro_pairs" / PAIR / f"{side}.png").pixels
        for side in ("blur", "sharp")
    )
    restored = dmphn_1_2_4(blur.astype(np.float32) / 255)[None]
    psnr_db = {
        quantisation: ImageScores(quantisation)(restored, blur, sharp)["psnr_db"]
        for quantisation in ("round", "floor", "float")
    }
    assert psnr_db["round"] == pytest.approx(30.77, abs=0.01)
    assert psnr_db["floor"] == pytest.approx(30.75, abs=0.01)
    assert psnr_db["floor"] < psnr_db["round"] < psnr_db["float"]
