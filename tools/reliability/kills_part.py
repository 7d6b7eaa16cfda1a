"""kill -9 at random moments of every app that writes, and the same command again."""

import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np

from tools.reliability.interrupted_apps import apps, environment, files_in

TITLE = "kill -9"

_MOST_FAILURES = 20

# Nothing is written while Python and TensorFlow are imported; a kill there proves little.
_STARTUP_SHARE = 0.25

_MOST_TRIES = 3


def measure(workspace, kills_per_app=10, seed=9, names=None):
    """Kills every app so many times, each time in a folder of its own, and compares."""
    workspace = Path(workspace)
    rng = np.random.default_rng(seed)
    (workspace / "inputs").mkdir(parents=True)
    return {
        app.name: _measure_app(app, workspace / app.name.replace(" ", "_"), kills_per_app, rng)
        for app in apps(workspace / "inputs")
        if names is None or app.name in names
    }


def render(figures):
    """Markdown of what `measure` found."""
    lines = [
        f"{sum(found['killed'] for found in figures.values())} kills, evenly spread over the time "
        f"after the first {_STARTUP_SHARE:.0%} of an undisturbed run (before, libraries are "
        "imported), each in a new folder; then the same command again, to its end.",
        "",
        "| | undisturbed run | killed | rerun as undisturbed | left over | failures |",
        "|---|---|---|---|---|---|",
    ]
    for name, found in figures.items():
        lines.append(
            f"| {name} | {found['undisturbed_s']:.1f} s | {found['killed']} | {found['equal']} | "
            f"{found['left_over']} | {len(found['failures'])} |"
        )
    lines += [
        "",
        "Compared are: of training all tensors of all checkpoints, the exported and the best "
        "weights, bit for bit, and every figure of every epoch; of evaluation every value of every "
        "image and the summary but for times; of an export what the exported network computes, and "
        "its check; of datasets every record; of the rest every byte. Left over is a file that an "
        "undisturbed run does not leave, in the results or beside them.",
    ]
    return "\n".join(lines)


def _measure_app(app, workspace, kills, rng):
    undisturbed = workspace / "undisturbed"
    start = time.monotonic()
    undisturbed.mkdir(parents=True)
    finished = app.run(undisturbed)
    duration = time.monotonic() - start
    if finished.returncode:
        return _figures(duration, failures=[f"undisturbed: {finished.stderr[-500:]}"])
    expected, files = app.results(undisturbed), files_in(undisturbed)
    tried = killed = equal = left_over = 0
    failures = []
    # On a machine that became faster meanwhile, it may end before it is killed.
    while killed < kills and tried < _MOST_TRIES * kills:
        folder = workspace / f"killed_{tried}"
        tried += 1
        # One in every equal part of the time, or a few kills would crowd.
        share = _STARTUP_SHARE + (1 - _STARTUP_SHARE) * (killed + rng.random()) / kills
        moment = share * duration
        was_killed, seconds = _killed_after(app, folder, moment)
        if not was_killed:
            duration = min(duration, seconds)
            continue
        killed += 1
        finished = app.run(folder)
        what = f"{app.name}, killed after {moment:.2f} s of {duration:.2f}"
        if finished.returncode:
            failures.append(f"{what}: the rerun failed: {finished.stderr[-500:]}")
            continue
        more = sorted(files_in(folder) - files)
        left_over += len(more)
        failures += [f"{what}: left {name}" for name in more]
        differing = app.differing(folder, expected)
        equal += not differing
        if differing:
            failures.append(f"{what}: other results in {', '.join(differing)}")
    if killed < kills:
        failures.append(f"{app.name}: only {killed} of {kills} kills came before its end")
    return _figures(duration, killed, equal, left_over, failures)


def _figures(duration, killed=0, equal=0, left_over=0, failures=()):
    return {
        "undisturbed_s": duration,
        "killed": killed,
        "equal": equal,
        "left_over": left_over,
        "failures": list(failures)[:_MOST_FAILURES],
    }


def _killed_after(app, folder, seconds):
    """Whether the kill met the app at work, and the seconds that it ran."""
    folder.mkdir(parents=True)
    start = time.monotonic()
    process = subprocess.Popen(
        app.command(folder),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL, time.monotonic() - start
