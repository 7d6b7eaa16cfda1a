"""gin/runs/finetune.gin as its header says it: weights that are there, pairs of one's own."""

import re
import shlex

import keras
import numpy as np
import pytest

from tests.data.pairs import write_pairs
from tests.training.runs import tensors
from tfdeblur import build_model
from tfdeblur.cli import run_app
from tfdeblur.config import config_dir
from tfdeblur.weights.files import save_weights

pytestmark = pytest.mark.slow

# What the header leaves to its defaults, made small; the network is that of a preset.
SMALL = (
    *("STEPS=4", "BATCH_SIZE=2", "CROP_SIZE=16", "WARMUP_STEPS=1"),
    *("CropSettings.crops_per_pair=2", "CropSettings.pairs_per_block=2"),
    *("RunSettings.steps_per_epoch=2", "RunSettings.deterministic=False"),
)


def documented_command():
    """Arguments of the command in the header."""
    header = (config_dir() / "runs" / "finetune.gin").read_text()
    lines = re.search(r"#   (tfdeblur train (?:.*\\\n)*.*)\n", header)[1]
    program, app, *arguments = shlex.split(lines.replace("\\\n#", ""))
    assert (program, app) == ("tfdeblur", "train")
    return arguments


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with the pairs and the weights that the command names, as the working directory."""
    monkeypatch.chdir(tmp_path)
    write_pairs(tmp_path / "my_pairs", 3)
    keras.utils.set_random_seed(7)
    save_weights(build_model("dmphn_1_2_4"), tmp_path / "dmphn_1_2_4.weights.h5")
    return tmp_path


def test_the_documented_command_starts_from_the_weights(here):
    arguments = [*documented_command(), *(f"--gin_param={line}" for line in SMALL)]
    assert run_app("train", arguments) == 0
    given = tensors(here / "dmphn_1_2_4.weights.h5")
    tuned = tensors(here / "mine" / "model.weights.h5")
    assert given.keys() == tuned.keys()
    # Four small steps of Adam: nowhere farther than the sum of their rates, but not nowhere.
    farthest = max(np.abs(tuned[name] - value).max() for name, value in given.items())
    assert 0 < farthest <= 4 * 2e-5 * 1.01


def test_held_out_pairs_as_the_data_file_says(here):
    """The two bindings in the header of data/folder.gin give validation and evaluation."""
    write_pairs(here / "my_held_out_pairs", 2)
    header = (config_dir() / "data" / "folder.gin").read_text()
    held_out = shlex.split(" ".join(re.findall(r"#   (--gin_param=.*)", header)))
    assert len(held_out) == 2
    arguments = [*documented_command(), *(f"--gin_param={line}" for line in SMALL), *held_out]
    assert run_app("train", arguments) == 0
    assert (here / "mine" / "summary.json").is_file()
    assert (here / "mine" / "best.weights.h5").is_file()


def test_weights_of_another_network_are_refused(here, capsys):
    arguments = [*documented_command(), *(f"--gin_param={line}" for line in SMALL)]
    arguments.append("--gin_param=MODEL='dmphn_1_2'")
    assert run_app("train", arguments) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "received weights of DMPHN(levels=[1, 2, 4]" in line
    assert not (here / "mine").exists()
