"""Training runs of seconds: a tiny network on tiny pairs, in this process or one of its own."""

import contextlib
import csv
import signal
import subprocess
import sys
import time

import h5py
import numpy as np

from tests.data.pairs import write_pairs
from tests.support.commands import TIMEOUT_S, environment
from tfdeblur.cli import run_app

# Two epochs of three steps; all that can be configured is on.
TINY = """
from __gin__ import dynamic_registration
from tfdeblur import data
from tfdeblur import training
include "_experiment.gin"
include "data/folder.gin"
include "optim/adam_cosine.gin"

MODEL = "dmphn_1"
training.Experiment.model_arguments = {{"filters": (4, 4, 4), "blocks_per_stage": 1}}
STEPS = 6
BATCH_SIZE = 2
CROP_SIZE = 16
LEARNING_RATE = 1e-3
WARMUP_STEPS = 2
PAIRS = "{pairs}"
training.Experiment.validation_data = @validation/data.folder_pairs
validation/data.folder_pairs.root = "{pairs}"
training.CropSettings.crops_per_pair = 2
training.CropSettings.pairs_per_block = 2
training.RunSettings.steps_per_epoch = 3
training.ReportSettings.scalars_every_steps = 2
training.ReportSettings.num_validation_pairs = 2
training.ReportSettings.evaluate_at_end = False
training.OptimizerSettings.ema_decay = 0.9
training.OptimizerSettings.clip_norm = 1.0
"""


def write_tiny(folder, more="", num_pairs=3):
    """Writes pairs and a config below `folder`; returns the config's path."""
    pairs = folder / "pairs"
    if not pairs.exists():
        write_pairs(pairs, num_pairs)
    config = folder / "tiny.gin"
    config.write_text(TINY.format(pairs=pairs) + more)
    return config


def train(config, workdir, *parameters, flags=()):
    """`tfdeblur train` in this process, without what would make all of it deterministic."""
    bindings = ["RunSettings.deterministic=False", *parameters]
    arguments = [f"--gin_file={config}", *(f"--gin_param={line}" for line in bindings), *flags]
    return run_app("train", [*arguments, *([f"--workdir={workdir}"] if workdir else [])])


def command(config, workdir, *parameters):
    """The same as a command of its own, deterministic."""
    return [
        *(sys.executable, "-m", "tfdeblur", "train", f"--gin_file={config}"),
        *(f"--gin_param={line}" for line in parameters),
        f"--workdir={workdir}",
    ]


def finished(arguments, cwd, **more):
    """Runs a command to its end; a `subprocess.CompletedProcess` with text."""
    return subprocess.run(
        arguments,
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )


@contextlib.contextmanager
def running(arguments, cwd):
    """A command while it runs; killed on the way out."""
    process = subprocess.Popen(
        arguments,
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.communicate()


def wait_for(path, process, seconds=200):
    """Returns when a file is there; fails when the process ends before."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.02)


def tensors(path):
    """All tensors of a weight file by name, the optimizer's included."""
    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(
            lambda name, item: (
                found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return found


def assert_same_tensors(one, other):
    """That two weight files hold the same tensors, bit for bit."""
    ones, others = tensors(one), tensors(other)
    assert ones.keys() == others.keys()
    for name, value in ones.items():
        np.testing.assert_array_equal(value, others[name], err_msg=name)


def history(workdir):
    """Rows of history.csv as text, without the speed, which differs from run to run."""
    with (workdir / "history.csv").open(newline="") as file:
        return [
            {name: value for name, value in row.items() if name != "crops_per_s"}
            for row in csv.DictReader(file)
        ]


def everything_in(folder):
    """Content of all files below a folder."""
    return {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
