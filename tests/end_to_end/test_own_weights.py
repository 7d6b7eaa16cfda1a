"""experiments/own_weights/train.py from photographs to packed and measured weights."""

import json
import subprocess
import sys

import pytest
import skimage.data
from PIL import Image

from tests.conftest import PROJECT
from tests.evaluation.small import write_pairs
from tfdeblur import Deblurrer


@pytest.fixture
def train(tmp_path):
    """Runs the script for two steps on two photographs; returns the finished process."""
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    for name in ("coffee", "rocket"):
        Image.fromarray(getattr(skimage.data, name)()).save(photographs / f"{name}.png")
    bindings = [
        "STEPS=2",
        "BATCH_SIZE=1",
        "CROP_SIZE=32",
        "RunSettings.precision='float32'",
        "ReportSettings.num_validation_pairs=1",
        "ReportSettings.evaluate_at_end=False",
        f"data.tfds_pairs.data_dir='{tmp_path}/datasets'",
    ]

    def train(*flags):
        script = PROJECT / "experiments" / "own_weights" / "train.py"
        command = [
            *(sys.executable, script, f"--sharp_dir={photographs}", f"--workdir={tmp_path}/run"),
            *(f"--gin_param={binding}" for binding in bindings),
            *flags,
        ]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return train


def test_from_photographs_to_packed_weights(train, tmp_path):
    pairs = write_pairs(tmp_path / "pairs", ["a", "b"])
    pairs["blur_dir"].rename(tmp_path / "pairs" / "input")
    pairs["sharp_dir"].rename(tmp_path / "pairs" / "target")
    done = train(f"--real_pairs={tmp_path}/pairs")
    assert done.returncode == 0, done.stderr
    run = tmp_path / "run"
    assert (run / "packed.weights.h5").stat().st_size < 1.5e6
    Deblurrer("dmsn_2_light", run / "packed.weights.h5")
    for name, count in (("real", 2), ("synthetic", 4)):
        summary = json.loads((run / name / "summary.json").read_text())
        assert summary["num_images"] == count
        line = f"{summary['psnr_db']:.3f} dB on {count} images"
        assert any(said.startswith(name) and line in said for said in done.stdout.splitlines())


def test_what_is_mistyped_is_told_in_one_line(train, tmp_path):
    """And is no interruption, after which the same command would be tried again."""
    for wrong in ("--steps=3", "stray"):
        done = train(wrong)
        assert done.returncode == 2
        [line] = done.stderr.splitlines()
        assert line.startswith("train.py: ")
        assert wrong.strip("-").partition("=")[0] in line
    assert not (tmp_path / "run").exists()


def test_pairs_that_are_not_there_are_told_before_the_training(train, tmp_path):
    done = train(f"--real_pairs={tmp_path}/missing")
    assert done.returncode == 2
    assert "missing" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "run").exists()
