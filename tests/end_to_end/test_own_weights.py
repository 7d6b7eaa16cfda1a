"""experiments/own_weights/train.py from photographs to packed and measured weights."""

import csv

import numpy as np
import pytest
import skimage.data
from PIL import Image

from tests.conftest import PROJECT
from tests.support.commands import run_python
from tfdeblur import Deblurrer

pytestmark = pytest.mark.slow

SCRIPT = PROJECT / "experiments" / "own_weights" / "train.py"


@pytest.fixture
def flags(tmp_path):
    """Of a run on two photographs and a shard of pairs that is there already."""
    photographs, shards = tmp_path / "photographs", tmp_path / "run" / "pairs"
    for folder in (photographs, shards):
        folder.mkdir(parents=True)
    for name in ("coffee", "rocket"):
        Image.fromarray(getattr(skimage.data, name)()).save(photographs / f"{name}.png")
    pairs = np.random.default_rng(0).integers(0, 256, (2, 2, 48, 48, 3), np.uint8)
    np.save(shards / "00000.npy", pairs)
    return [
        *(f"--sharp_dir={photographs}", f"--workdir={tmp_path}/run", "--minutes=0.2"),
        *("--num_shards=1", "--batch_size=1", "--crop_size=32", "--model=dmsn_2_light"),
    ]


def test_from_photographs_to_packed_and_measured_weights(flags, tmp_path):
    for role in ("input", "target"):
        (tmp_path / "real" / role).mkdir(parents=True)
        Image.fromarray(skimage.data.astronaut()).save(tmp_path / "real" / role / "a.png")
    run_python(SCRIPT, *flags, f"--validation_pairs={tmp_path}/real")
    packed = tmp_path / "run" / "packed.weights.h5"
    assert packed.stat().st_size < 0.6 * packed.with_name("model.weights.h5").stat().st_size
    Deblurrer("dmsn_2_light", packed)
    with (tmp_path / "run" / "curve.csv").open() as file:
        [*_, last] = csv.DictReader(file)
    assert np.isfinite([float(last["synthetic"]), float(last["real"])]).all()


@pytest.mark.parametrize("wrong", ["--steps=3", "stray"])
def test_what_is_mistyped_is_told_in_one_line(flags, wrong):
    """And is no interruption, after which the same command would be tried again."""
    [line] = run_python(SCRIPT, *flags, wrong, status=2).stderr.splitlines()
    assert line.startswith("train.py: ")
    assert wrong.strip("-").partition("=")[0] in line
