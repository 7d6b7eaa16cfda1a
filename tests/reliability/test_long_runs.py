"""Thousands of images and of steps: memory and time must not grow with them."""

import csv
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.hostile.sound import IDENTITY_ARGUMENTS, write_identity_network, write_tiny_training
from tests.reliability.children import resident_mb
from tests.training.runs import environment

pytestmark = pytest.mark.reliability

# Allocators keep a little more as they go on.
_MOST_GROWTH_MB = 50
_MOST_SLOWDOWN = 1.2
_SIDES = (24, 32, 40, 48, 56)
_TFDEBLUR = [sys.executable, "-m", "tfdeblur"]


@pytest.fixture(scope="module")
def num_images(amount):
    return amount(5000)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory, num_images):
    return write_pairs(tmp_path_factory.mktemp("pairs"), num_images)


def write_pairs(root, count):
    rng = np.random.default_rng(3)
    for side in ("input", "target"):
        (root / side).mkdir(parents=True)
    for number in range(count):
        size = (_SIDES[number % len(_SIDES)], _SIDES[number // len(_SIDES) % len(_SIDES)])
        sharp = rng.integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(sharp).save(root / "target" / f"{number:05d}.png", compress_level=1)
        blur = ((sharp.astype(np.uint16) + np.roll(sharp, 1, axis=1)) // 2).astype(np.uint8)
        Image.fromarray(blur).save(root / "input" / f"{number:05d}.png", compress_level=1)
    return root


def test_deblur(pairs, num_images, tmp_path, record):
    output = tmp_path / "restored"
    network = write_identity_network(tmp_path)
    command = [*_TFDEBLUR, "deblur", *network, f"--output={output}", str(pairs / "input")]
    watch(command, lambda: len(list(output.glob("*"))), num_images, "images", record)


def test_evaluate(pairs, num_images, tmp_path, record):
    output = tmp_path / "scored"
    folders = [f"--blur_dir={pairs / 'input'}", f"--sharp_dir={pairs / 'target'}"]
    network = write_identity_network(tmp_path)

    def done():
        lines = [len(path.read_bytes().splitlines()) for path in output.glob("journal_*.jsonl")]
        return max(0, sum(lines) - 1)

    command = [*_TFDEBLUR, "evaluate", *network, *folders, f"--output={output}"]
    watch(command, done, num_images, "images", record)


def test_train(tmp_path, amount, record):
    steps = amount(10_000) // 20 * 20
    few, run = write_pairs(tmp_path / "few", 20), tmp_path / "run"
    training = write_tiny_training(
        tmp_path / "training.gin", IDENTITY_ARGUMENTS, few, steps, steps // 20
    )

    def done():
        if not (run / "history.csv").exists():
            return 0
        with (run / "history.csv").open() as file:
            return max((int(float(row["step"])) for row in csv.DictReader(file)), default=0)

    command = [*_TFDEBLUR, "train", training, f"--workdir={run}"]
    watch(command, done, steps, "steps", record)


def watch(command, done, total, unit, record):
    """Runs a command and asserts that its memory and its time for the same work stay."""
    start, samples = time.monotonic(), []
    with subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            samples.append((cpu_seconds(watched), done(), resident_mb(watched)))
            time.sleep(0.5)
    seconds = time.monotonic() - start
    assert (process.returncode, done()) == (0, total)
    cpu, count, mb = np.array([each for each in samples if 0 < each[1] < total]).T
    early = mb[count <= max(total // 10, count[0])].max()
    late = np.median(mb[count >= min(total * 9 // 10, count[-1])])
    tenths = np.diff(np.interp(np.linspace(0, total, 11), count, cpu)).clip(1e-9)
    slowdown = tenths[5:].min() / tenths[1:5].min()
    record(
        *("long_runs", command[3]),
        done=f"{total} {unit}",
        seconds=f"{seconds:.0f}",
        after_a_tenth=f"{early:.0f} MB",
        at_the_end=f"{late:.0f} MB",
        at_most=f"{mb.max():.0f} MB",
        second_half_to_first=f"{slowdown:.2f}",
    )
    assert late - early < _MOST_GROWTH_MB
    if total >= 1000:  # fewer are too quick to tell
        assert slowdown < _MOST_SLOWDOWN


def cpu_seconds(process):
    """Seconds of all processors so far, which other work on the machine hardly changes."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # just ended
        return 0.0
    return times.user + times.system
