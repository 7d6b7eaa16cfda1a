"""Thousands of images and of steps: memory and time must not grow with them."""

import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from tools.reliability.children import resident_mb
from tools.reliability.identity_network import ARGUMENTS, write_identity_network
from tools.reliability.interrupted_apps import environment
from tools.reliability.tiny_training import write_tiny_training

TITLE = "Long runs"

# Grown is what lies more above the first tenth: allocators keep a little more as they go on.
_MOST_GROWTH_MB = 50
_MOST_SLOWDOWN = 1.2

_SAMPLE_EVERY_S = 0.5

_SIDES = (24, 32, 40, 48, 56)


def measure(workspace, num_images=5000, num_steps=10_000):
    """Runs `tfdeblur deblur`, `evaluate` and `train` and watches their memory."""
    workspace = Path(workspace)
    workspace.mkdir(parents=True, exist_ok=True)
    pairs = _write_pairs(workspace / "pairs", num_images)
    few = _write_pairs(workspace / "few", 20)
    network = write_identity_network(workspace)
    tfdeblur = [sys.executable, "-m", "tfdeblur"]
    restored, scored = workspace / "restored", workspace / "scored"
    run = workspace / "run"
    training = write_tiny_training(
        workspace / "training.gin", ARGUMENTS, few, num_steps, steps_per_epoch=num_steps // 20
    )
    folders = [f"--blur_dir={pairs / 'input'}", f"--sharp_dir={pairs / 'target'}"]
    return {
        "deblur": _watched(
            [*tfdeblur, "deblur", *network, f"--output={restored}", str(pairs / "input")],
            lambda: sum(1 for _ in restored.iterdir()) if restored.exists() else 0,
            num_images,
        ),
        "evaluate": _watched(
            [*tfdeblur, "evaluate", *network, *folders, f"--output={scored}"],
            lambda: sum(max(0, len(_lines(path)) - 1) for path in scored.glob("journal_*.jsonl")),
            num_images,
        ),
        "train": _watched(
            [*tfdeblur, "train", training, f"--workdir={run}"],
            lambda: _last_step(run / "history.csv"),
            num_steps,
        ),
    }


def render(figures):
    """Markdown of what `measure` found."""
    lines = [
        "| | done | seconds | after a tenth | at the end | at most | second half to first | "
        "failures |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, found in figures.items():
        lines.append(
            f"| {name} | {found['done']} {found['unit']} | {found['seconds']:.0f} | "
            f"{found['early_mb']:.0f} MB | {found['end_mb']:.0f} MB | {found['peak_mb']:.0f} MB | "
            f"{found['slowdown']:.2f} | {len(found['failures'])} |"
        )
    lines += [
        "",
        "Resident memory of the whole process, twice a second. The last column but one is the "
        "processor time of the fastest tenth of the second half of the work as a multiple of that "
        "of the first. Images are of "
        f"{len(_SIDES)} heights and as many widths.",
    ]
    return "\n".join(lines)


def _watched(command, progress, total):
    start, samples = time.monotonic(), []
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.DEVNULL, stderr=errors
        )
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            samples.append((_cpu_seconds(watched), progress(), resident_mb(watched)))
            time.sleep(_SAMPLE_EVERY_S)
        errors.seek(0)
        said = errors.read()
    done = progress()
    working = [sample for sample in samples if 0 < sample[1] < total] or samples
    early = [mb for _, count, mb in working if count <= total // 10]
    late = [mb for _, count, mb in working if count >= total * 9 // 10]
    figures = {
        "done": done,
        "unit": "steps" if "train" in command else "images",
        "seconds": time.monotonic() - start,
        "early_mb": float(np.max(early or [working[0][2]])),
        "end_mb": float(np.median(late or [working[-1][2]])),
        "peak_mb": max(mb for _, _, mb in samples),
        "slowdown": _slowdown(working, total),
    }
    return {**figures, "failures": _failures(figures, process.returncode, said, done, total)}


def _failures(figures, status, said, done, total):
    failures = []
    if status or done != total:
        failures.append(f"exit status {status}, {done} of {total} done: {said[-300:]}")
    growth = figures["end_mb"] - figures["early_mb"]
    if growth > _MOST_GROWTH_MB:
        failures.append(f"memory grew by {growth:.0f} MB")
    if figures["slowdown"] > _MOST_SLOWDOWN:
        failures.append(f"the second half took {figures['slowdown']:.2f} times the first's time")
    return failures


def _cpu_seconds(process):
    """Seconds of all processors so far, which other work on the machine hardly changes."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # just ended
        return 0.0
    return times.user + times.system


def _slowdown(samples, total):
    """The fastest tenth of the second half as a multiple of that of the first."""
    tenths = [_time_of(samples, total, tenth / 10, (tenth + 1) / 10) for tenth in range(10)]
    return min(tenths[5:]) / min(tenths[1:5])


def _time_of(samples, total, begin, end):
    """Seconds from one share of the work to another, between samples by interpolation."""
    counts, times = [count for _, count, _ in samples], [at for at, _, _ in samples]
    first, last = np.interp([begin * total, end * total], counts, times)
    return max(last - first, 1e-9)


def _write_pairs(root, count):
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


def _lines(path):
    return path.read_bytes().splitlines()


def _last_step(path):
    if not path.exists():
        return 0
    with path.open() as file:
        return max((int(float(row["step"])) for row in csv.DictReader(file)), default=0)
