"""Checkpoints: whole or passed over, the newest kept, nothing lost by a crash."""

import json
import logging

import numpy as np
import pytest

from tests.training.runs import everything_in, tensors
from tests.training.tiny import compiled, step, tiny_dmphn, values
from tfdeblur.errors import InputError
from tfdeblur.training import checkpoints as checkpoints_module
from tfdeblur.training.checkpoints import Checkpoints, sha256
from tfdeblur.weights.files import load_weights


@pytest.fixture
def model():
    """A network that has made two steps with a moving average."""
    model = compiled(ema_decay=0.9, clip_norm=1.0)
    for number in range(2):
        step(model, number)
    return model


def test_what_was_saved_is_restored_and_trains_on_alike(model, tmp_path):
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.save(model, 2)
    other = compiled(ema_decay=0.9, clip_norm=1.0)
    assert checkpoints.restore_newest(other) == 2
    for pair in ((model.variables, other.variables), (model.optimizer, other.optimizer)):
        one, another = (getattr(side, "variables", side) for side in pair)
        for value, restored in zip(values(one), values(another), strict=True):
            np.testing.assert_array_equal(value, restored)
    for number in range(2, 4):
        assert step(model, number) == pytest.approx(step(other, number), rel=1e-5)
    for value, restored in zip(values(model.variables), values(other.variables), strict=True):
        np.testing.assert_allclose(value, restored, rtol=1e-4, atol=1e-6)


def test_without_checkpoints_training_begins_at_the_beginning(model, tmp_path):
    before = values(model.variables)
    assert Checkpoints(tmp_path / "none").restore_newest(model) == 0
    for old, new in zip(before, values(model.variables), strict=True):
        np.testing.assert_array_equal(old, new)
    assert not (tmp_path / "none").exists()


def test_the_newest_are_kept(model, tmp_path):
    checkpoints = Checkpoints(tmp_path, keep=2)
    for number in (1, 5, 20, 1_000_000_000):
        checkpoints.save(model, number)
    assert checkpoints.steps() == [20, 1_000_000_000]
    assert len(list(tmp_path.iterdir())) == 4


def test_a_run_that_went_back_keeps_what_it_saves(model, tmp_path):
    checkpoints = Checkpoints(tmp_path, keep=1)
    checkpoints.save(model, 60)
    checkpoints.save(model, 53)  # 60 was damaged, and the run went on from an earlier one
    assert checkpoints.steps() == [53]
    assert Checkpoints(tmp_path).restore_newest(model) == 53


def test_a_checkpoint_is_a_weight_file(model, tmp_path):
    """`tfdeblur deblur --weights=...` takes it, without the optimizer."""
    Checkpoints(tmp_path).save(model, 3)
    path = tmp_path / "step_000000003.weights.h5"
    plain = tiny_dmphn()
    load_weights(plain, path)
    for value, loaded in zip(values(model.variables), values(plain.variables), strict=True):
        np.testing.assert_array_equal(value, loaded)
    assert json.loads((tmp_path / "step_000000003.json").read_text()) == {
        "step": 3,
        "sha256": sha256(path),
    }


def test_a_crash_between_the_two_files_leaves_the_checkpoint_before(model, tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path, keep=1)
    checkpoints.save(model, 1)
    before = everything_in(tmp_path)

    def crash(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(checkpoints_module, "sha256", crash)
        with pytest.raises(KeyboardInterrupt):
            checkpoints.save(model, 2)
    # The weights of step 2 are there, without the file that makes them count.
    assert checkpoints.weights_path(2).is_file()
    assert checkpoints.steps() == [1]
    assert checkpoints.restore_newest(compiled(ema_decay=0.9, clip_norm=1.0)) == 1
    assert before.items() <= everything_in(tmp_path).items()
    checkpoints.save(model, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "step_000000003.json",
        "step_000000003.weights.h5",
    ]


def test_a_crash_while_the_weights_are_written_leaves_all(model, tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path, keep=1)
    checkpoints.save(model, 1)
    before = everything_in(tmp_path)

    def full(path, *_, **__):
        path.write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(model, "save_weights", full)
    with pytest.raises(OSError, match="no space"):
        checkpoints.save(model, 2)
    assert everything_in(tmp_path) == before


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        flip_a_bit,
        lambda path: path.write_bytes(path.read_bytes()[:100]),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
        lambda path: path.with_name("step_000000002.json").write_text("{"),
        lambda path: path.with_name("step_000000002.json").write_text("[]"),
        lambda path: path.with_name("step_000000002.json").write_text("{}"),
        lambda path: path.with_name("step_000000002.json").write_text("[" * 100_000),
        lambda path: path.with_name("step_000000002.json").write_bytes(b"\xff\xfe"),
    ],
)
def test_a_damaged_one_is_passed_over_with_a_warning(model, tmp_path, caplog, damage):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(model, 1)
    first = tensors(checkpoints.weights_path(1))
    step(model)
    checkpoints.save(model, 2)
    damage(checkpoints.weights_path(2))
    with caplog.at_level(logging.WARNING):
        assert checkpoints.restore_newest(model) == 1
    assert "step_000000002.weights.h5 is damaged" in caplog.text
    checkpoints.save(model, 1)
    for name, value in tensors(checkpoints.weights_path(1)).items():
        np.testing.assert_array_equal(value, first[name])


def test_all_damaged_is_said_rather_than_beginning_anew(model, tmp_path):
    checkpoints = Checkpoints(tmp_path)
    for number in (1, 2):
        checkpoints.save(model, number)
        flip_a_bit(checkpoints.weights_path(number))
    before = values(model.variables)
    with pytest.raises(InputError, match="all 2 checkpoints are damaged; remove the folder"):
        checkpoints.restore_newest(model)
    for old, new in zip(before, values(model.variables), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_checkpoint_of_another_network_is_refused(model, tmp_path):
    Checkpoints(tmp_path).save(model, 1)
    with pytest.raises(InputError, match="expected weights of DMPHN"):
        Checkpoints(tmp_path).restore_newest(compiled(tiny_dmphn(global_skip=True)))


def test_files_of_the_user_stay(model, tmp_path):
    notes = [tmp_path / name for name in ("notes.txt", "step_best.json", "step_best.weights.h5")]
    for note in notes:
        note.write_text("mine")
    checkpoints = Checkpoints(tmp_path, keep=1)
    for number in (1, 2):
        checkpoints.save(model, number)
    assert all(note.read_text() == "mine" for note in notes)
    assert checkpoints.steps() == [2]


def test_an_optimizer_that_does_not_fit_is_refused_rather_than_forgotten(model, tmp_path):
    """Keras would warn and train on with the moments at zero."""
    Checkpoints(tmp_path).save(model, 2)
    with pytest.raises(InputError, match="optimizer"):
        Checkpoints(tmp_path).restore_newest(compiled())
