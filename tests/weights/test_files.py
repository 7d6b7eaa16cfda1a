"""Weight files: what they hold, which are refused, and that they are written whole."""

import json

import h5py
import keras
import numpy as np
import pytest

from tests.training.runs import tensors
from tests.training.tiny import compiled, step, tiny_dmphn
from tests.weights.importers.test_dmphn_release import built
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN, Stack
from tfdeblur.weights.files import load_weights, save_weights


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model and the file of its weights; to be copied before it is changed."""
    model = built((1,))
    path = tmp_path_factory.mktemp("weights") / "one.weights.h5"
    save_weights(model, path)
    return model, path


@pytest.fixture
def copy(saved, tmp_path):
    path = tmp_path / "copy.weights.h5"
    path.write_bytes(saved[1].read_bytes())
    return path


def assert_same_weights(model, other):
    for variable, expected in zip(model.variables, other.variables, strict=True):
        np.testing.assert_array_equal(variable, expected)


def test_round_trip_through_ours_and_through_plain_keras(saved):
    model, path = saved
    ours, plain = built((1,)), built((1,))
    load_weights(ours, path)
    plain.load_weights(path)
    assert_same_weights(ours, model)
    assert_same_weights(plain, model)


def test_the_file_says_which_model_it_belongs_to(saved):
    with h5py.File(saved[1]) as file:
        assert json.loads(file.attrs["tfdeblur_model"]) == {
            "class": "DMPHN",
            "levels": [1],
            "weight_sharing": False,
            "filters": [32, 64, 128],
            "blocks_per_stage": 2,
            "global_skip": False,
        }


def test_a_file_from_before_a_network_had_an_argument(saved, copy):
    model, path = saved
    copy.write_bytes(path.read_bytes())
    with h5py.File(copy, "a") as file:
        identity = json.loads(file.attrs["tfdeblur_model"])
        del identity["blocks_per_stage"], identity["global_skip"]
        file.attrs["tfdeblur_model"] = json.dumps(identity)
    loaded = built((1,))
    load_weights(loaded, copy)
    assert_same_weights(loaded, model)
    skipping = DMPHN((1,), global_skip=True)
    skipping.build((None, None, None, 3))
    with pytest.raises(InputError, match="global_skip=True"):
        load_weights(skipping, copy)


@pytest.mark.parametrize("levels", [(1, 1), (1, 2)])
@pytest.mark.parametrize("has_identity", [True, False])
def test_weights_of_another_model_are_refused(saved, copy, levels, has_identity):
    """Without the attribute too, and in the direction in which every name is found."""
    larger = built(levels)
    save_weights(larger, copy)
    if not has_identity:
        with h5py.File(copy, "a") as file:
            del file.attrs["tfdeblur_model"]
    received = rf"levels=\[{levels[0]}, {levels[1]}\]" if has_identity else "3,616,262"
    with pytest.raises(InputError, match=rf"received weights of .*{received}.*levels=\[1\]"):
        load_weights(built((1,)), copy)
    with pytest.raises(InputError, match="expected"):
        load_weights(larger, saved[1])


def stack(num_units, depth=None):
    model = Stack(DMPHN((1,)), num_units, depth)
    model.build((None, None, None, 3))
    return model


def test_the_first_units_of_a_stack_are_loaded_from_the_file_of_all(tmp_path, rng):
    path = tmp_path / "stack.weights.h5"
    whole = stack(3)
    save_weights(whole, path)
    shallow = stack(3, depth=2)
    load_weights(shallow, path)
    blur = rng.random((1, 8, 8, 3), np.float32)
    np.testing.assert_array_equal(shallow.deblur(blur), whole.deblur(blur, depth=2))
    with pytest.raises(InputError, match=r"unit=DMPHN\(levels=\[1\].*num_units=3.*num_units=2"):
        load_weights(stack(2), path)
    save_weights(shallow, path)
    with pytest.raises(InputError, match="received weights of 3,616,262 parameters"):
        load_weights(whole, path)


def test_weights_without_the_attribute_are_loaded(saved, copy):
    with h5py.File(copy, "a") as file:
        del file.attrs["tfdeblur_model"]
    model = built((1,))
    load_weights(model, copy)
    assert_same_weights(model, saved[0])


@pytest.mark.parametrize("attribute", ["{not json", "[]", '{"class": 3}', 7, b"\xff"])
def test_a_damaged_attribute_is_an_input_error(copy, attribute):
    with h5py.File(copy, "a") as file:
        file.attrs["tfdeblur_model"] = attribute
    with pytest.raises(InputError, match="unknown model"):
        load_weights(built((1,)), copy)


def _first_kernel(file):
    found = []
    file.visititems(lambda _, item: found.append(item) if getattr(item, "ndim", 0) == 4 else None)
    return found[0]


def test_nan_in_a_file_is_refused(copy):
    with h5py.File(copy, "a") as file:
        _first_kernel(file)[0, 0, 0, 0] = np.nan
    model = built((1,))
    before = model.get_weights()
    with pytest.raises(InputError, match="NaN"):
        load_weights(model, copy)
    for value, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, old)


def test_other_shapes_under_the_same_names_are_refused_in_one_line(copy):
    with h5py.File(copy, "a") as file:
        kernel = _first_kernel(file)
        name, shape = kernel.name, kernel.shape
        del file[name]
        file[name] = np.zeros((shape[0] * shape[1], 1, *shape[2:]), "float32")
    with pytest.raises(InputError, match="not weights of DMPHN") as error:
        load_weights(built((1,)), copy)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.weights.h5", b"no HDF5", "something else or damaged"),
        ("a.weights.h5", b"", "something else or damaged"),
        ("a.weights.h5", None, "no such weight file"),
        ("missing/a.weights.h5", None, "no such weight file"),
        ("a.h5", b"", r"ending in \.weights\.h5"),
        (".", None, "this is a directory"),
    ],
)
def test_what_is_no_weight_file_is_refused(saved, tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_weights(saved[0], path)


def test_truncated_files_are_refused(saved, copy):
    data = copy.read_bytes()
    for part in (0.001, 0.3, 0.99):
        copy.write_bytes(data[: int(len(data) * part)])
        with pytest.raises(InputError):
            load_weights(saved[0], copy)


@pytest.mark.parametrize("name", ["a.h5", "missing/a.weights.h5", "."])
def test_impossible_names_are_refused_before_writing(saved, tmp_path, name):
    with pytest.raises(InputError):
        save_weights(saved[0], tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failing_save_keeps_the_old_file_and_leaves_nothing(saved, tmp_path, monkeypatch):
    path = tmp_path / "a.weights.h5"
    path.write_bytes(b"old")
    save = keras.Model.save_weights

    def save_and_fail(model, filepath):
        save(model, filepath)
        raise OSError("disk full")

    monkeypatch.setattr(keras.Model, "save_weights", save_and_fail)
    with pytest.raises(OSError, match="disk full"):
        save_weights(saved[0], path)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [(path.name, b"old")]


def test_the_optimizer_is_saved_only_when_asked(tmp_path):
    """Both files are weights of the network; training goes on with the same optimizer."""
    model = compiled(ema_decay=0.9)
    step(model)
    optimizer = model.optimizer
    for with_optimizer in (False, True):
        path = tmp_path / f"{with_optimizer}.weights.h5"
        save_weights(model, path, with_optimizer=with_optimizer)
        stored = [name for name in tensors(path) if name.startswith("optimizer/")]
        assert bool(stored) == with_optimizer
        assert model.optimizer is optimizer
        other = tiny_dmphn()
        load_weights(other, path)
        for value, loaded in zip(model.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(value, loaded)


def test_a_failing_save_gives_the_optimizer_back(tmp_path, monkeypatch):
    model = compiled()
    optimizer = model.optimizer

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(model, "save_weights", full)
    with pytest.raises(OSError, match="no space"):
        save_weights(model, tmp_path / "a.weights.h5")
    assert model.optimizer is optimizer


def test_a_file_that_does_not_fit_leaves_the_model_as_it_was(copy):
    """Keras assigns layer by layer; the last one here has another shape."""
    with h5py.File(copy, "a") as file:
        names = []
        file.visit(
            lambda name: names.append(name) if isinstance(file[name], h5py.Dataset) else None
        )
        value = file[names[-1]][()]
        del file[names[-1]]
        file[names[-1]] = value.reshape(-1, 1)
    model = built((1,))
    before = model.get_weights()
    with pytest.raises(InputError, match="not weights of DMPHN"):
        load_weights(model, copy)
    for value, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, old)


def test_layers_under_another_name_are_refused(copy):
    """Keras warns only, and such layers would keep their random values."""
    with h5py.File(copy, "a") as file:
        [blocks, *_] = (n for n in _groups(file) if n.endswith("/container"))
        file.move(blocks, blocks + "_renamed")
    model = built((1,))
    with pytest.raises(InputError, match="not weights of DMPHN"):
        load_weights(model, copy)


def _groups(file):
    found = []
    file.visititems(lambda name, item: found.append(name) if hasattr(item, "keys") else None)
    return found


def test_a_link_to_another_file_is_not_followed(saved, copy, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["secret"] = np.zeros(3)
    with h5py.File(copy, "a") as file:
        kernel = _first_kernel(file).name
        del file[kernel]
        file[kernel] = h5py.ExternalLink(str(tmp_path / "other.h5"), "secret")
    with pytest.raises(InputError, match="is a link to something else"):
        load_weights(saved[0], copy)


def test_values_beyond_float32_are_refused(saved, copy):
    with h5py.File(copy, "a") as file:
        kernel = _first_kernel(file)
        name, shape = kernel.name, kernel.shape
        del file[name]
        file[name] = np.full(shape, 1e300)
    with pytest.raises(InputError, match="NaN or infinity"):
        load_weights(saved[0], copy)


def test_integers_are_no_weights(saved, copy):
    with h5py.File(copy, "a") as file:
        kernel = _first_kernel(file)
        name, shape = kernel.name, kernel.shape
        del file[name]
        file[name] = np.ones(shape, np.int32)
    with pytest.raises(InputError, match="int32; expected floats"):
        load_weights(saved[0], copy)


@pytest.mark.parametrize("attribute", ["[" * 30_000, '{"class": "\\u001b[2J\\n"}'])
def test_a_hostile_attribute_gives_one_printable_line(saved, copy, attribute):
    with h5py.File(copy, "a") as file:
        file.attrs["tfdeblur_model"] = attribute
    with pytest.raises(InputError) as error:
        load_weights(saved[0], copy)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 1000


def test_every_flipped_byte_of_the_structure_is_loaded_or_an_input_error(copy, rng):
    """HDF5 has a dozen exceptions for damaged files; none may pass."""
    data = copy.read_bytes()
    model = built((1,))
    before = [np.array(value) for value in model.get_weights()]
    for position in rng.integers(0, 4000, 60):
        changed = bytearray(data)
        changed[position] ^= 1 << int(rng.integers(8))
        copy.write_bytes(changed)
        model.set_weights(before)
        try:
            load_weights(model, copy)
        except InputError:
            for value, old in zip(model.get_weights(), before, strict=True):
                np.testing.assert_array_equal(value, old)
