"""Interrupted is not lost: killed, stopped, damaged or out of disk, a run ends with the same bits.

Every run is a process of its own, as deterministic as the app makes it by default.
"""

import re
import shutil
import signal

import pytest

from tests.training.runs import (
    assert_same_tensors,
    command,
    everything_in,
    finished,
    history,
    running,
    tensors,
    wait_for,
    write_tiny,
)

pytestmark = pytest.mark.slow

# Long enough that a signal arrives in between: six epochs.
LONG = ("STEPS=60", "RunSettings.steps_per_epoch=10", "WARMUP_STEPS=5")

# Stands for a full disk: files cannot grow beyond so many bytes, less than a checkpoint.
SMALL_FILES = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
sys.argv = sys.argv[1:]
runpy.run_module("tfdeblur", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the configuration lies and the processes run."""
    folder = tmp_path_factory.mktemp("interrupted")
    write_tiny(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(folder):
    """The folder of a run that nothing happened to."""
    result = finished(command(folder / "tiny.gin", "undisturbed", *LONG), folder)
    assert result.returncode == 0, result.stderr
    return folder / "undisturbed"


def checkpoint(workdir, step):
    return workdir / "checkpoints" / f"step_{step:09d}.weights.h5"


def assert_same_run(one, other):
    """That two complete runs have the same weights, average and optimizer."""
    assert_same_tensors(checkpoint(one, 60), checkpoint(other, 60))
    assert_same_tensors(one / "model.weights.h5", other / "model.weights.h5")


def test_a_checkpoint_holds_all_that_the_next_step_needs(undisturbed):
    """Weights, their average, and Adam's two moments, each of every weight, and its count."""
    found = tensors(checkpoint(undisturbed, 60))
    weights = [name for name in found if not name.startswith("optimizer/")]
    state = {name: value for name, value in found.items() if name.startswith("optimizer/")}
    shapes = sorted(found[name].shape for name in weights)
    assert len(weights) > 10
    for shape in set(shapes):
        assert sum(value.shape == shape for value in state.values()) >= 3 * shapes.count(shape)
    assert 60 in [int(value) for value in state.values() if value.shape == ()]


def test_killed_and_started_again(folder, undisturbed):
    arguments = command(folder / "tiny.gin", "killed", *LONG)
    with running(arguments, folder) as process:
        wait_for(folder / "killed" / "checkpoints" / "step_000000010.json", process)
    assert process.returncode == -signal.SIGKILL
    assert not (folder / "killed" / "model.weights.h5").exists()
    result = finished(arguments, folder)
    assert result.returncode == 0, result.stderr
    assert_same_run(folder / "killed", undisturbed)
    assert history(folder / "killed") == history(undisturbed)
    assert_same_tensors(folder / "killed" / "best.weights.h5", undisturbed / "best.weights.h5")


def test_stopped_by_sigterm_and_started_again(folder, undisturbed):
    """It saves the very step, says so, and the exit status is 0."""
    arguments = command(folder / "tiny.gin", "stopped", *LONG)
    with running(arguments, folder) as process:
        wait_for(folder / "stopped" / "checkpoints" / "step_000000010.json", process)
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=200)
    assert process.returncode == 0, printed
    step, total = re.search(r"stopped and saved at step (\d+) of (\d+)", printed).groups()
    assert 10 <= int(step) < int(total) == 60
    assert checkpoint(folder / "stopped", int(step)).is_file()
    assert not (folder / "stopped" / "model.weights.h5").exists()
    result = finished(arguments, folder)
    assert result.returncode == 0, result.stderr
    assert_same_run(folder / "stopped", undisturbed)


def test_damaged_checkpoints_are_passed_over_with_a_warning(folder, undisturbed):
    """The newest is cut short, one bit of the one before is turned over."""
    shutil.copytree(undisturbed, folder / "damaged")
    newest, second = (checkpoint(folder / "damaged", step) for step in (60, 50))
    newest.write_bytes(newest.read_bytes()[:-1000])
    content = bytearray(second.read_bytes())
    content[len(content) // 2] ^= 1
    second.write_bytes(content)
    result = finished(command(folder / "tiny.gin", "damaged", *LONG), folder)
    assert result.returncode == 0, result.stderr
    for path in (newest, second):
        assert f"{path.name} is damaged" in result.stderr
    assert_same_run(folder / "damaged", undisturbed)
    assert history(folder / "damaged") == history(undisturbed)


def test_a_full_disk_leaves_the_checkpoints_that_were_there(folder, undisturbed):
    pytest.importorskip("resource", reason="only Unix limits the size of files")
    full = shutil.copytree(undisturbed, folder / "full")
    before = everything_in(full / "checkpoints")
    assert all(len(content) > 60_000 for path, content in before.items() if path.suffix == ".h5")
    longer = command(folder / "tiny.gin", "full", *LONG, "STEPS=70", "CheckpointSettings.keep=1")
    python, _, module, *arguments = longer
    result = finished([python, "-c", SMALL_FILES, module, *arguments], folder)
    assert result.returncode == 2, result.stderr
    [line] = result.stderr.splitlines()
    assert re.match(r"tfdeblur train: .*File too large, 0\.\d MB are needed.*weights\.h5", line)
    assert everything_in(full / "checkpoints") == before
    result = finished(longer, folder)
    assert result.returncode == 0, result.stderr
    assert checkpoint(full, 70).is_file()
