"""The same experiment on the JAX backend: trains, goes on, and its files are TensorFlow's too.

Each run is a process with KERAS_BACKEND=jax; this one reads what it leaves.
"""

import shutil

import numpy as np
import pytest

from tests.training.runs import command, finished, history, tensors, write_tiny
from tests.training.tiny import compiled, tiny_dmphn, values
from tfdeblur.training.checkpoints import Checkpoints
from tfdeblur.weights.files import load_weights

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a complete run on JAX, and the command that made it."""
    folder = tmp_path_factory.mktemp("jax")
    arguments = command(write_tiny(folder), folder / "run")
    result = finished(arguments, folder, KERAS_BACKEND="jax")
    assert result.returncode == 0, result.stderr
    return folder / "run", arguments


def test_it_trains_and_validates(run):
    rows = history(run[0])
    assert [row["step"] for row in rows] == ["3", "6"]
    for name in ("loss", "psnr_db", "input_psnr_db", "val_psnr_db", "val_input_psnr_db"):
        assert all(np.isfinite(float(row[name])) for row in rows), name
    steps = [tensors(path) for path in sorted((run[0] / "checkpoints").glob("*.h5"))]
    weights = [name for name in steps[0] if not name.startswith("optimizer/")]
    assert all(not np.array_equal(steps[0][name], steps[1][name]) for name in weights)


def test_it_goes_on_where_it_stopped(run, tmp_path):
    """Without its last checkpoint the run makes the last epoch again, with the same end."""
    folder, arguments = run
    again = shutil.copytree(folder, tmp_path / "run")
    for path in again.glob("checkpoints/step_000000006*"):
        path.unlink()
    (again / "model.weights.h5").unlink()
    result = finished([*arguments[:-1], f"--workdir={again}"], tmp_path, KERAS_BACKEND="jax")
    assert result.returncode == 0, result.stderr
    last = "checkpoints/step_000000006.weights.h5"
    before, after = tensors(folder / last), tensors(again / last)
    assert before.keys() == after.keys()
    for name, value in before.items():
        np.testing.assert_allclose(after[name], value, rtol=1e-5, atol=1e-7, err_msg=name)
    assert [row["step"] for row in history(again)] == ["3", "6"]


def test_its_checkpoints_go_on_with_tensorflow(run):
    model = compiled(ema_decay=0.9, clip_norm=1.0)
    assert Checkpoints(run[0] / "checkpoints").restore_newest(model) == 6
    assert int(model.optimizer.iterations) == 6
    stored = tensors(run[0] / "checkpoints" / "step_000000006.weights.h5")
    # Every value of the file is somewhere in the model or its optimizer.
    restored = [*values(model.variables), *values(model.optimizer.variables)]
    for name, value in stored.items():
        assert any(
            value.shape == other.shape and np.array_equal(value, other) for other in restored
        ), name


def test_it_validates_and_exports_the_average(run):
    model = compiled(ema_decay=0.9, clip_norm=1.0)
    Checkpoints(run[0] / "checkpoints").restore_newest(model)
    averages = values(model.optimizer._model_variables_moving_average)
    exported = tiny_dmphn()
    load_weights(exported, run[0] / "model.weights.h5")
    trained = values(model.trainable_variables)
    for value, average, weight in zip(
        values(exported.trainable_variables), averages, trained, strict=True
    ):
        np.testing.assert_array_equal(value, average)
        assert not np.array_equal(value, weight)
