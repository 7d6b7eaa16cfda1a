"""kill -9, full disks and two runs in one folder, of every app that writes."""

import contextlib
import os
import signal
import subprocess
import time

import numpy as np
import pytest

from tests.reliability.apps import NAMES, files_in, write_apps
from tests.training.runs import environment

pytestmark = pytest.mark.reliability

# Nothing is written while Python and TensorFlow are imported; a kill there proves little.
_STARTUP_SHARE = 0.25
_PLENTY_KB = 500_000
_PAGE_KB = 4

every_app = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def apps(tmp_path_factory):
    return write_apps(tmp_path_factory.mktemp("inputs"))


class Undisturbed:
    """What an app leaves in `folder` when nothing happens to it, and how long that takes."""

    def __init__(self, app, folder):
        start = time.monotonic()
        finished = app.run(folder)
        self.seconds = time.monotonic() - start
        assert finished.returncode == 0, finished.stderr
        self._app = app
        self._results, self._files = app.results(folder), files_in(folder)

    def differing(self, folder):
        """Names of other results in another folder."""
        found, expected = self._app.results(folder), self._results
        return sorted(n for n in expected | found if expected.get(n) != found.get(n))

    def left_over(self, folder):
        return sorted(files_in(folder) - self._files)


def killed_after(app, folder, seconds):
    """Whether the kill met the app at work, and the seconds that it ran."""
    start = time.monotonic()
    with subprocess.Popen(
        app.command(folder),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait() == -signal.SIGKILL, time.monotonic() - start


@every_app
def test_a_rerun_after_kill_9_is_as_undisturbed(apps, name, tmp_path, amount, record):
    app, kills, rng = apps[name], amount(10), np.random.default_rng(9)
    (tmp_path / "undisturbed").mkdir()
    undisturbed = Undisturbed(app, tmp_path / "undisturbed")
    killed, problems, left_over, equal = 0, [], 0, 0
    seconds = undisturbed.seconds
    for attempt in range(3 * kills):
        folder = tmp_path / f"killed_{attempt}"
        folder.mkdir()
        # One in every equal part of the time, or a few kills would crowd.
        share = _STARTUP_SHARE + (1 - _STARTUP_SHARE) * (killed + rng.random()) / kills
        was_killed, ran = killed_after(app, folder, share * seconds)
        if not was_killed:  # the machine became faster
            seconds = min(seconds, ran)
            continue
        killed += 1
        finished = app.run(folder)
        if finished.returncode:
            problems.append(f"at {share:.0%}: the rerun failed: {finished.stderr[-500:]}")
        else:
            differing, more = undisturbed.differing(folder), undisturbed.left_over(folder)
            equal += not differing
            left_over += len(more)
            problems += [f"at {share:.0%}: other {each}" for each in differing + more]
        if killed == kills:
            break
    assert problems == []
    assert killed == kills
    record(
        *("kills", name),
        undisturbed_run=f"{undisturbed.seconds:.1f} s",
        killed=killed,
        rerun_as_undisturbed=equal,
        left_over=left_over,
    )


@contextlib.contextmanager
def disk(folder, size_kb):
    folder.mkdir(parents=True)
    _command("mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", folder)
    try:
        yield folder
    finally:
        _command("umount", folder)


def resize(folder, size_kb):
    _command("mount", "-o", f"remount,size={size_kb}k", folder)


def _command(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def can_mount(tmp_path):
    try:
        with disk(tmp_path / "trial", _PAGE_KB):
            pass
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a tmpfs (root)")


def unclear(app, finished):
    """What is wrong with how an app says that its disk is full; None if nothing."""
    said = finished.stderr.lower()
    if "no space" not in said:
        return "does not say why"
    if app.is_script:
        return None
    if finished.returncode != 2 or "traceback" in said:
        return f"exit status {finished.returncode}, or a traceback"
    return None if "make room" in said else "does not say what to do"


@every_app
@pytest.mark.usefixtures("can_mount")
def test_full_disks_are_told_and_cost_nothing(apps, name, tmp_path, amount, record):
    app, num_sizes = apps[name], amount(8)
    too_small = overwritten = 0
    problems = []

    def judge(finished, what):
        if finished.returncode and (wrong := unclear(app, finished)):
            problems.append(f"{what}: {wrong}: {finished.stderr[-400:]}")
        return finished.returncode != 0

    def compare(folder, what):
        wrong = undisturbed.differing(folder) + undisturbed.left_over(folder)
        problems.extend(f"{what}: other {each}" for each in wrong)

    with disk(tmp_path / "undisturbed", _PLENTY_KB) as folder:
        undisturbed = Undisturbed(app, folder)
        needed = int(_command("df", "--output=used", "-k", folder).split()[-1])
    for number in range(num_sizes):
        size = max(_PAGE_KB, int(needed * (number + 0.5) / num_sizes))
        with disk(tmp_path / f"of_{size}", size) as folder:
            too_small += judge(app.run(folder), f"on {size} KB")
            resize(folder, _PLENTY_KB)
            finished = app.run(folder)
            assert finished.returncode == 0, finished.stderr
            compare(folder, f"on {size} KB, then enlarged")
        if app.overwrite:
            size = _PAGE_KB * number
            with disk(tmp_path / f"over_{size}", _PLENTY_KB) as folder:
                app.run(folder)
                resize(folder, needed + size)
                what = f"over an older result with {size} KB left"
                if judge(app.run(folder, *app.overwrite.split()), what):
                    overwritten += 1
                    compare(folder, what)
    assert problems == []
    assert too_small > 0
    record(
        *("full_disk", name),
        room_needed=f"{needed} KB",
        disks=num_sizes,
        too_small=too_small + overwritten,
        said_so_clearly=too_small + overwritten,
        then_as_undisturbed=num_sizes,
        older_result_kept=f"{overwritten} of {overwritten}" if overwritten else "-",
    )


def test_of_two_runs_in_one_folder_one_is_refused(apps, tmp_path, amount, record):
    train, tries = apps["train"], amount(5)
    (tmp_path / "undisturbed").mkdir()
    undisturbed = Undisturbed(train, tmp_path / "undisturbed")
    for number in range(tries):
        folder = tmp_path / f"shared_{number}"
        folder.mkdir()
        runs = [
            subprocess.Popen(
                train.command(folder),
                env=environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        said = [run.communicate(timeout=300)[1] for run in runs]
        assert sorted(run.returncode for run in runs) == [0, 2], said
        assert any("using this folder" in text for text in said)
        assert undisturbed.differing(folder) == []
    columns = {"tried": tries, "one_refused": tries, "the_other_as_undisturbed": tries}
    record("same_folder", "train", **columns)
