"""An export is checked before anyone can see it.

Most tests are of what is around a format and use one that costs nothing.
"""

import json

import numpy as np
import pytest

from tests.support.networks import network
from tfdeblur.errors import InputError
from tfdeblur.exporting.checked_export import (
    FORMATS,
    Format,
    check_output,
    export_checked,
    parity_path,
)
from tfdeblur.system.atomic_write import atomic_write
from tfdeblur.weights.files import weights_sha256

SHAPES = ((1, 9, 8), (2, 8, 12))


class Numbers:
    """A format that is the weights' first numbers, and is run by the network itself."""

    def __init__(self):
        self.model = None
        self.change = 0

    def export(self, model, path, depth=None, float16=False):
        path.write_text(str(model.get_weights()[0].sum()))
        self.model = model

    def load(self, path):
        assert path.read_text()
        return {"float": lambda images: np.asarray(self.model.deblur(images)) + self.change}


@pytest.fixture
def numbers(monkeypatch):
    made = Numbers()
    monkeypatch.setitem(
        FORMATS,
        "numbers",
        Format(made.export, made.load, atomic_write, require=lambda: None, packages=("numpy",)),
    )
    return made


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
def test_a_real_file_and_what_is_known_of_it(tmp_path):
    pytest.importorskip("tf2onnx")
    model = network("stack")
    path = tmp_path / "a.onnx"
    found = export_checked(model, path, "onnx", depth=1, shapes=SHAPES, input_type="float")
    assert names(tmp_path) == ["a.onnx", "a.onnx.parity.json"]
    record = json.loads(parity_path(path).read_text())
    assert record["weights_sha256"] == weights_sha256(model)
    assert record["bytes"] == path.stat().st_size
    assert (record["depth"], record["num_units"], record["input_type"]) == (1, 2, "float")
    assert [list(shape) for shape in SHAPES] == [
        [p["batch"], p["height"], p["width"]] for p in record["parity"]
    ]
    assert record["parity"][1]["float_difference"] == found[1].float_difference <= 1e-5
    assert {"tf2onnx", "onnxruntime", "keras", "tfdeblur"} <= set(record["versions"])
    assert record["backend"] == "tensorflow"


@pytest.mark.slow
def test_a_folder_has_its_record_beside_it(tmp_path):
    path = tmp_path / "network"
    export_checked(network("dmphn"), path, "saved_model", float16=True, shapes=SHAPES)
    assert names(tmp_path) == ["network", "network.parity.json"]
    record = json.loads(parity_path(path).read_text())
    assert record["bytes"] == sum(f.stat().st_size for f in path.rglob("*") if f.is_file())
    assert 0 < record["parity"][0]["float_difference"] < record["tolerance"]["float_difference"]


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize(("change", "said"), [(0.1, "0.1"), (np.nan, "nan")])
def test_a_file_that_computes_something_else_is_not_kept(tmp_path, numbers, older, change, said):
    path = tmp_path / "a"
    if older:
        path.write_text("older")
        parity_path(path).write_text("of the older")
    before = {name: (tmp_path / name).read_text() for name in names(tmp_path)}
    numbers.change = np.float32(change)
    with pytest.raises(InputError) as error:
        export_checked(network("dmphn"), path, "numbers", shapes=SHAPES, overwrite=True)
    message = str(error.value)
    assert message.startswith(f"{path}: the exported network is not the Keras model: {said} ")
    assert "at 1x9x8" in message
    assert "at 2x8x12" in message
    assert "\n" not in message
    assert {name: (tmp_path / name).read_text() for name in names(tmp_path)} == before


def test_an_older_export_is_replaced_only_on_demand(tmp_path, numbers):
    path = tmp_path / "a"
    model = network("dmphn")
    export_checked(model, path, "numbers", shapes=SHAPES)
    first = path.read_text(), json.loads(parity_path(path).read_text())["weights_sha256"]
    model.set_weights([weights / 2 for weights in model.get_weights()])
    with pytest.raises(InputError, match=r"a: exists already; expected a new name"):
        export_checked(model, path, "numbers", shapes=SHAPES)
    assert path.read_text() == first[0]
    export_checked(model, path, "numbers", shapes=SHAPES, overwrite=True)
    second = path.read_text(), json.loads(parity_path(path).read_text())["weights_sha256"]
    assert first[0] != second[0]
    assert first[1] != second[1]
    assert names(tmp_path) == ["a", "a.parity.json"]


def test_images_that_would_not_fit_are_halved(tmp_path, numbers, monkeypatch):
    model = network("dmphn")
    pixels = 2 * 8 * 12
    monkeypatch.setattr(
        "tfdeblur.exporting.checked_export.available_memory",
        lambda: pixels * model.working_bytes_per_pixel // 2,
    )
    found = export_checked(model, tmp_path / "a", "numbers", shapes=SHAPES)
    assert [(p.batch, p.height, p.width) for p in found] == [(1, 9, 8), (2, 4, 6)]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_check_leaves_nothing(tmp_path, numbers, monkeypatch, failure):
    def fail(*arguments):
        raise failure

    monkeypatch.setattr("tfdeblur.exporting.checked_export.measure_parity", fail)
    with pytest.raises(type(failure) if isinstance(failure, OSError) else failure):
        export_checked(network("dmphn"), tmp_path / "a", "numbers", shapes=SHAPES)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "format_name", "message"),
    [
        ("missing/a", "numbers", r"directory .*missing does not exist"),
        ("photos", "numbers", r"photos: is a directory"),
        ("photos", "saved_model", r"photos: exists and is no SavedModel"),
        ("notes.txt", "saved_model", r"notes.txt: exists and is no SavedModel"),
    ],
)
def test_places_where_no_export_can_be(tmp_path, numbers, name, format_name, message):
    (tmp_path / "photos").mkdir()
    (tmp_path / "notes.txt").write_text("kept")
    with pytest.raises(InputError, match=message):
        check_output(tmp_path / name, format_name, overwrite=True)


def test_another_backend_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    with pytest.raises(InputError, match="KERAS_BACKEND=jax; expected tensorflow"):
        check_output(tmp_path / "a", "saved_model")
