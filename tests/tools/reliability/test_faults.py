"""kill -9 and full disks, with the app that starts fastest; and that damage would be noticed."""

import os
import subprocess

import pytest

from tools.reliability import full_disk_part, kills_part
from tools.reliability.interrupted_apps import App, apps

FAST = ("synthesize",)


def test_kills_leave_nothing_behind(tmp_path):
    [found] = kills_part.measure(tmp_path, kills_per_app=2, names=FAST).values()
    assert found["failures"] == []
    assert found["equal"] == 2
    assert "| synthesize |" in kills_part.render({"synthesize": found})


def can_mount(folder):
    if os.geteuid() != 0:
        return False
    try:
        with full_disk_part._disk(folder, 4):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def test_full_disks_are_told_and_cost_nothing(tmp_path):
    if not can_mount(tmp_path / "trial"):
        pytest.skip("needs the right to mount a tmpfs (root)")
    figures = full_disk_part.measure(tmp_path / "work", sizes_per_app=2, names=FAST)
    [found] = figures.values()
    assert found["failures"] == []
    assert (found["disks"], found["equal"]) == (2, 2)
    assert found["clear"] == found["too_small"] >= 2
    assert "| synthesize |" in full_disk_part.render(figures)


# Stands for a careless app: in place, no matter what was there, with a file left over.
CARELESS = """
import pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
with (folder / "log").open("a") as log:
    for number in range(20):
        log.write(f"{number}\\n")
        log.flush()
        (folder / "scratch").touch()
        time.sleep(0.05)
(folder / "scratch").unlink()
"""


def test_a_careless_app_is_found_out(tmp_path, monkeypatch):
    careless = App(
        "careless",
        lambda folder: ["python3", "-c", CARELESS, str(folder)],
        lambda folder: {path.name: path.read_text() for path in folder.iterdir()},
    )
    monkeypatch.setattr(kills_part, "apps", lambda _: [careless])
    [found] = kills_part.measure(tmp_path, kills_per_app=2).values()
    assert found["equal"] < 2
    assert any("other results in log" in failure for failure in found["failures"])


def test_every_app_that_writes_is_killed(tmp_path):
    names = {app.name for app in apps(tmp_path)}
    assert names >= {"train", "evaluate", "export", "dataset building", "deblur", "synthesize"}


CLEAR = "x: No space left on device. Make room\n"


@pytest.mark.parametrize(
    ("status", "stderr", "is_clear"),
    [
        (2, CLEAR, True),
        (1, CLEAR, False),
        (2, f"Traceback\n{CLEAR}", False),
        (2, "No space left on device\n", False),
        (2, "x: failed\n", False),
    ],
)
def test_what_a_message_must_say(status, stderr, is_clear):
    finished = subprocess.CompletedProcess([], status, "", stderr)
    assert (full_disk_part._unclear(finished, is_script=False) is None) == is_clear
