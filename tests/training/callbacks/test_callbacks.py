"""The callbacks of a run one by one: counting, history, validation, NaN, checkpoints."""

import csv
import types

import keras
import numpy as np
import pytest

from tests.data.pairs import telling_pair, write_pairs
from tests.training.runs import tensors
from tests.training.tiny import compiled, step, tiny_dmphn, values
from tfdeblur.data import folder_pairs
from tfdeblur.errors import InputError
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.models.precision import precision_scope
from tfdeblur.training.callbacks import counting as counting_module
from tfdeblur.training.callbacks.checkpointing import Checkpointing
from tfdeblur.training.callbacks.counting import Counting
from tfdeblur.training.callbacks.history import HistoryFile, read_history
from tfdeblur.training.callbacks.non_finite import StopOnNonFinite
from tfdeblur.training.callbacks.tensorboard import strip
from tfdeblur.training.callbacks.validation import Validation
from tfdeblur.training.checkpoints import Checkpoints
from tfdeblur.training.progress import Progress
from tfdeblur.weights.files import load_weights


def with_model(callback, model=None):
    model = model or types.SimpleNamespace(stop_training=False, compute_dtype="float32")
    callback.set_model(model)
    return callback


def test_counting_tells_crops_per_second_and_stops_at_the_last_step(monkeypatch):
    """A step each half second, batches of 8: 16 crops a second, whatever lies between epochs."""
    now = [0.0]
    monkeypatch.setattr(counting_module.time, "perf_counter", lambda: now[0])
    progress = Progress(2, 6)
    counting = with_model(Counting(progress, 8))
    for epoch in range(2):
        now[0] += 1000
        counting.on_epoch_begin(epoch)
        for batch in range(2):
            assert not counting._model.stop_training
            now[0] += 0.5
            logs = {}
            counting.on_train_batch_end(batch, logs)
            # A single moment is no duration.
            assert logs == ({"crops_per_s": 16.0} if batch else {})
        logs = {}
        counting.on_epoch_end(epoch, logs)
        assert logs == {"crops_per_s": 16.0}
    assert progress.step == 6
    assert counting._model.stop_training


def test_history_leaves_out_what_is_run_again(tmp_path):
    path = tmp_path / "history.csv"
    history = HistoryFile(path, progress := Progress(0, 9))
    for number, logs in ((3, {"loss": 0.5}), (6, {"loss": 0.25, "val_psnr_db": 30.125})):
        progress.step = number
        history.on_epoch_end(0, logs)
    assert read_history(path) == [
        {"step": 3, "loss": 0.5},
        {"step": 6, "loss": 0.25, "val_psnr_db": 30.125},
    ]
    # Step 6 was in the file, but the checkpoint that the run goes on from is that of step 3.
    again = HistoryFile(path, progress := Progress(3, 9))
    progress.step = 6
    again.on_epoch_end(1, {"loss": 0.125})
    with path.open(newline="") as file:
        assert list(csv.DictReader(file)) == [
            {"step": "3", "loss": "0.5"},
            {"step": "6", "loss": "0.125"},
        ]
    # Of an epoch that was cut short there is no row; one that was complete when the run was
    # asked to stop has its row.
    progress.step, progress.interrupted, progress.epoch_is_cut = 7, True, True
    again.on_epoch_end(2, {"loss": 1.0})
    assert [row["step"] for row in read_history(path)] == [3, 6]
    progress.step, progress.epoch_is_cut = 9, False
    again.on_epoch_end(2, {"loss": 1.0})
    assert [row["step"] for row in read_history(path)] == [3, 6, 9]
    assert read_history(tmp_path / "none.csv") == []


@pytest.fixture
def source(tmp_path):
    return folder_pairs(write_pairs(tmp_path / "pairs", 5))


def numpy_psnr_db(image, sharp):
    return 10 * np.log10(255**2 / np.mean((image.astype(float) - sharp) ** 2))


def validate(callback, progress, number, model):
    callback.set_model(model)
    progress.step = number
    logs = {}
    callback.on_epoch_end(number - 1, logs)
    return logs


def test_validation_measures_the_average_on_pairs_that_are_spread(source, tmp_path):
    """Against NumPy: pairs 0 and 2 of five, restored with the average, rounded to 8 bits."""
    model = compiled(ema_decay=0.9)
    for number in range(3):
        step(model, number)
    trained = values(model.trainable_variables)
    progress = Progress(0, 10)
    best = tmp_path / "best.weights.h5"
    logs = validate(Validation(source, 2, 1, progress, best, num_images=1), progress, 1, model)
    # The model goes on with the weights that it had.
    for before, after in zip(trained, values(model.trainable_variables), strict=True):
        np.testing.assert_array_equal(before, after)
    averaged = tiny_dmphn()
    load_weights(averaged, best)
    averages = values(model.optimizer._model_variables_moving_average)
    for average, saved in zip(averages, values(averaged.trainable_variables), strict=True):
        np.testing.assert_array_equal(average, saved)
    deblurrer = Deblurrer(averaged)
    pairs = [telling_pair(number) for number in (0, 2)]
    expected = np.mean([numpy_psnr_db(deblurrer(blur), sharp) for blur, sharp in pairs])
    assert logs["val_psnr_db"] == pytest.approx(expected, abs=1e-3)
    blurred = np.mean([numpy_psnr_db(blur, sharp) for blur, sharp in pairs])
    assert logs["val_input_psnr_db"] == pytest.approx(blurred, abs=1e-3)


def test_validation_keeps_the_best_and_its_images(source, tmp_path):
    model = compiled()
    progress = Progress(0, 4)
    best = tmp_path / "best.weights.h5"
    validation = Validation(source, 1, 3, progress, best, num_images=2)
    # Neither the first nor the second epoch is one of every three.
    assert validate(validation, progress, 1, model) == {}
    assert not best.exists()
    good = validate(validation, progress, 3, model)["val_psnr_db"]
    first = tensors(best)
    [(blurred, restored, sharp)] = validation.images
    np.testing.assert_array_equal(blurred, telling_pair(0)[0])
    np.testing.assert_array_equal(sharp, telling_pair(0)[1])
    assert restored.dtype == np.uint8
    # Worse weights: an image of nothing but one value far outside the range.
    for variable in model.trainable_variables:
        variable.assign(keras.ops.ones_like(variable))
    # The last step of the run is always measured.
    worse = validate(validation, progress, 4, model)["val_psnr_db"]
    assert worse < good
    assert validation.best_psnr_db == good
    for name, value in tensors(best).items():
        np.testing.assert_array_equal(value, first[name])
    progress.interrupted = progress.epoch_is_cut = True
    assert validate(validation, progress, 3, model) == {}


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), np.float32("nan")])
def test_nan_names_step_rate_and_checkpoint(tmp_path, loss):
    checkpoints = Checkpoints(tmp_path)
    stop = with_model(StopOnNonFinite(Progress(7, 10), lambda step: 1e-3 * step, checkpoints))
    stop.on_train_batch_end(6, {"loss": 0.5})
    with pytest.raises(InputError, match=r"at step 7, .* 0.006; .* checkpoint is none yet"):
        stop.on_train_batch_end(6, {"loss": loss})
    checkpoints.save(compiled(), 5)
    with pytest.raises(InputError, match=r"step_000000005\.weights\.h5") as caught:
        stop.on_train_batch_end(6, {"loss": loss})
    assert len(str(caught.value).splitlines()) == 1
    assert "bfloat16" not in str(caught.value)


def test_nan_of_float16_is_told_apart(tmp_path):
    with precision_scope("float16"):
        model = tiny_dmphn()
    progress, checkpoints = Progress(1, 10), Checkpoints(tmp_path)
    stop = with_model(StopOnNonFinite(progress, lambda step: 1e-3, checkpoints), model)
    with pytest.raises(InputError, match=r"precision = 'bfloat16' holds larger numbers"):
        stop.on_train_batch_end(0, {"loss": float("inf")})


def test_ruined_weights_are_found_before_they_are_saved(tmp_path):
    model = compiled()
    stop = with_model(
        StopOnNonFinite(Progress(3, 9), lambda step: 1.0, Checkpoints(tmp_path)), model
    )
    stop.on_epoch_end(0, {})
    variable = model.trainable_variables[-1]
    variable.assign(keras.ops.full(variable.shape, float("inf")))
    with pytest.raises(InputError, match=r"weights .* became NaN or infinite at step 3"):
        stop.on_epoch_end(0, {})


def test_checkpoints_come_every_so_many_epochs_at_the_end_and_on_request(tmp_path):
    model, progress, checkpoints = compiled(), Progress(0, 5), Checkpoints(tmp_path, keep=9)
    saving = with_model(Checkpointing(progress, checkpoints, every_epochs=2), model)
    for epoch in range(5):
        progress.step += 1
        saving.on_train_batch_end(0, {})
        saving.on_epoch_end(epoch, {})
    assert checkpoints.steps() == [2, 4, 5]


@pytest.mark.parametrize("asked", ["in a batch", "in a validation", "in the last batch"])
def test_a_request_to_stop_is_saved_once_and_obeyed(tmp_path, asked):
    model, progress, checkpoints = compiled(), Progress(2, 5), Checkpoints(tmp_path)
    saving = with_model(Checkpointing(progress, checkpoints, every_epochs=100), model)
    model.stop_training = False
    progress.step = 5 if asked == "in the last batch" else 3
    progress.interrupted = asked != "in a validation"
    saving.on_train_batch_end(0, {})
    # Only an epoch that still has steps is cut short.
    assert progress.epoch_is_cut == (asked == "in a batch")
    progress.interrupted = True
    saving.on_epoch_end(0, {})
    assert checkpoints.steps() == [progress.step]
    assert model.stop_training


def test_a_damaged_history_is_named(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("step,loss\nmany,0.5\n")
    with pytest.raises(InputError, match=r"history.csv: no history of a run .*; move it away"):
        read_history(path)


def test_pictures_show_the_error_five_times_as_large():
    blurred, restored, sharp = (np.full((2, 3, 3), value, np.uint8) for value in (9, 200, 190))
    shown = strip(blurred, restored, sharp)
    assert shown.shape == (2, 12, 3)
    assert shown.dtype == np.uint8
    assert shown[0, ::3, 0].tolist() == [9, 200, 190, 50]
    assert strip(blurred, sharp, blurred)[0, -1, 0] == 255
