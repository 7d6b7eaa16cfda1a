"""What a run is made of, one by one: waiting, averages, curve, memory, signals, folder."""

import os
import signal
import threading
import time

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.training.tiny import compiled, step, tiny_dmphn, values
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN
from tfdeblur.training.averaging import averaged_weights
from tfdeblur.training.dry_run import training_bytes
from tfdeblur.training.input_wait import InputWait
from tfdeblur.training.progress import Progress, interruptible
from tfdeblur.training.training_curve import write_training_curve
from tfdeblur.training.workdir import locked, write_text


def slow_dataset(seconds, num_batches=4):
    def wait(number):
        time.sleep(seconds)
        return number

    return tf.data.Dataset.range(num_batches).map(
        lambda number: tf.ensure_shape(tf.numpy_function(wait, [number], tf.int64), ())
    )


def test_input_wait_is_that_of_the_dataset_and_not_of_the_step():
    """Waits are at least those of the data; what the consumer takes is not in them."""
    wait = InputWait()
    for _ in wait.measured(slow_dataset(0.05)):
        time.sleep(0.2)
    mean_ms = wait.take_mean_ms()
    assert mean_ms >= 50
    # A busy machine can lengthen the wait, hence the comparison with a dataset that has none.
    for _ in wait.measured(tf.data.Dataset.range(4)):
        time.sleep(0.2)
    assert wait.take_mean_ms() < mean_ms
    assert wait.take_mean_ms() is None


def test_input_wait_leaves_the_batches_as_they_are():
    pairs = tf.data.Dataset.from_tensor_slices(
        (tf.reshape(tf.range(24.0), (4, 2, 3)), tf.constant([0, 1, 2, 3], tf.uint8))
    )
    measured = InputWait().measured(pairs)
    assert measured.element_spec == pairs.element_spec
    for (image, number), (same_image, same_number) in zip(pairs, measured, strict=True):
        np.testing.assert_array_equal(image, same_image)
        assert int(number) == int(same_number)


def test_input_wait_asks_for_a_batch_only_when_one_is_wanted():
    """Fetching ahead would hide the wait, and measure what training never waits for."""
    asked = []

    def note(number):
        asked.append(int(number))
        return number

    dataset = tf.data.Dataset.range(9).map(
        lambda number: tf.ensure_shape(tf.numpy_function(note, [number], tf.int64), ())
    )
    batches = iter(InputWait().measured(dataset))
    next(batches)
    next(batches)
    time.sleep(0.2)
    assert asked == [0, 1]


@pytest.mark.parametrize("fails", [False, True])
def test_average_is_swapped_in_and_back_bit_for_bit(fails):
    model = compiled(ema_decay=0.5)
    for number in range(3):
        step(model, number)
    trained = values(model.trainable_variables)
    averages = values(model.optimizer._model_variables_moving_average)
    try:
        with averaged_weights(model):
            for variable, average in zip(values(model.trainable_variables), averages, strict=True):
                np.testing.assert_array_equal(variable, average)
            if fails:
                raise OSError("no space left on device")
    except OSError:
        assert fails
    for variable, before in zip(values(model.trainable_variables), trained, strict=True):
        np.testing.assert_array_equal(variable, before)
    assert any(not np.array_equal(*both) for both in zip(trained, averages, strict=True))


def test_without_an_average_the_weights_stay():
    model = compiled()
    step(model)
    before = values(model.trainable_variables)
    with averaged_weights(model):
        for variable, value in zip(values(model.trainable_variables), before, strict=True):
            np.testing.assert_array_equal(variable, value)


ROWS = [
    {"step": 10, "loss": 1.0, "psnr_db": 20.0, "input_psnr_db": 21.0},
    {"step": 20, "loss": 0.1, "psnr_db": 24.0, "input_psnr_db": 21.0, "val_psnr_db": 23.0},
]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], [{**row, "loss": -row["loss"]} for row in ROWS]])
def test_curve_is_a_picture_also_of_negative_losses(tmp_path, rows):
    path = tmp_path / "curve.png"
    write_training_curve(rows, path)
    with Image.open(path) as image:
        picture = np.asarray(image.convert("RGB"))
    assert picture.shape[:2] == (400, 1000)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 10
    assert list(tmp_path.iterdir()) == [path]


def test_memory_counts_weights_state_and_features():
    """Weights, gradients and Adam's two moments are four copies; features grow with the crops."""
    model = compiled()
    parameters = model.count_params()

    def needed(batch_size, crop_size):
        return training_bytes(model, batch_size, crop_size, 3)

    fixed = 2 * needed(1, 32) - needed(2, 32)
    assert fixed == pytest.approx(4 * 4 * parameters, rel=0.05)
    assert needed(4, 32) - fixed == pytest.approx(4 * (needed(1, 32) - fixed), rel=0.01)
    assert needed(1, 64) - fixed == pytest.approx(4 * (needed(1, 32) - fixed), rel=0.05)
    assert training_bytes(compiled(ema_decay=0.9), 1, 32, 3) - needed(1, 32) == pytest.approx(
        4 * parameters, rel=0.05
    )


def test_memory_of_a_paper_sized_network_is_of_the_right_order():
    """DMPHN(1-2-4), batch 6, crops of 256: an activation of the finest stage is 50 MB alone."""
    model = compiled(DMPHN((1, 2, 4)))
    finest = 6 * 256 * 256 * 32 * 4
    assert 20 * finest < training_bytes(model, 6, 256, 3) < 500 * finest


def test_sigterm_is_noted_and_the_handler_put_back():
    before = signal.getsignal(signal.SIGTERM)
    progress = Progress(0, 10)
    with interruptible(progress):
        assert not progress.interrupted
        os.kill(os.getpid(), signal.SIGTERM)
        assert progress.interrupted
    assert signal.getsignal(signal.SIGTERM) is before


def test_other_threads_cannot_catch_signals_and_train_all_the_same():
    entered = []

    def body():
        with interruptible(Progress(0, 10)):
            entered.append(True)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert entered == [True]


def test_a_folder_is_for_one_run_at_a_time(tmp_path):
    with locked(tmp_path / "a" / "run") as folder:
        assert folder.is_dir()
        with pytest.raises(InputError, match="another run is using this folder"):
            locked(folder).__enter__()
        # Workers of the same run, but for the chief, do not ask.
        with locked(folder, needed=False):
            pass
    with locked(folder):
        pass


def test_a_worker_that_needs_no_lock_makes_no_folder(tmp_path):
    with locked(tmp_path / "run", needed=False):
        assert not (tmp_path / "run").exists()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(InputError, match="this is a file"):
        locked(tmp_path / "run").__enter__()


def test_text_is_written_whole(tmp_path):
    write_text(tmp_path / "a.txt", "größer\n")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "größer\n"
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "\ud800")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "größer\n"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_tiny_network_is_tiny():
    assert tiny_dmphn().count_params() < 5000
