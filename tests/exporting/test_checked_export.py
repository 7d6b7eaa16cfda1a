"""An export is checked before anyone can see it."""

import hashlib
import json

import numpy as np
import pytest
import tensorflow as tf

from tests.exporting.small import network
from tfdeblur.errors import InputError
from tfdeblur.exporting import checked_export
from tfdeblur.exporting.checked_export import check_output, export_checked, parity_path
from tfdeblur.weights.provenance import weights_sha256

SMALL = ((1, 9, 8), (2, 8, 12))


@pytest.fixture
def onnx_as(monkeypatch):
    """Replaces what an ONNX file is read as."""

    def replace(load):
        made = checked_export.FORMATS["onnx"]
        changed = made.__class__(**{**vars(made), "load": load})
        monkeypatch.setitem(checked_export.FORMATS, "onnx", changed)

    return replace


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_and_what_is_known_of_it(tmp_path):
    pytest.importorskip("tf2onnx")
    model = network("stack")
    path = tmp_path / "a.onnx"
    found = export_checked(model, path, "onnx", depth=1, shapes=SMALL, input_type="float")
    assert names(tmp_path) == ["a.onnx", "a.onnx.parity.json"]
    record = json.loads(parity_path(path).read_text())
    assert record["weights_sha256"] == weights_sha256(model)
    assert record["bytes"] == path.stat().st_size
    assert (record["depth"], record["num_units"], record["input_type"]) == (1, 2, "float")
    assert [list(shape) for shape in SMALL] == [
        [p["batch"], p["height"], p["width"]] for p in record["parity"]
    ]
    assert record["parity"][1]["float_difference"] == found[1].float_difference <= 1e-5
    assert {"tf2onnx", "onnxruntime", "keras", "tfdeblur"} <= set(record["versions"])
    assert record["backend"] == "tensorflow"


def test_a_folder_has_its_record_beside_it(tmp_path):
    path = tmp_path / "network"
    export_checked(network("dmphn"), path, "saved_model", float16=True, shapes=SMALL)
    assert names(tmp_path) == ["network", "network.parity.json"]
    record = json.loads(parity_path(path).read_text())
    assert record["bytes"] == sum(f.stat().st_size for f in path.rglob("*") if f.is_file())
    assert 0 < record["parity"][0]["float_difference"] < record["tolerance"]["float_difference"]


@pytest.mark.parametrize("older", [False, True])
def test_a_file_that_computes_something_else_is_not_kept(tmp_path, onnx_as, older):
    pytest.importorskip("tf2onnx")
    onnx_as(lambda path: {"float": lambda images: images})
    path = tmp_path / "a.onnx"
    if older:
        path.write_text("older")
        parity_path(path).write_text("of the older")
    before = names(tmp_path)
    with pytest.raises(InputError, match=r"a\.onnx: .* not the Keras model: .* at 1x9x8.*Nothing"):
        export_checked(
            network("dmphn"), path, "onnx", shapes=SMALL, overwrite=True, input_type="float"
        )
    assert names(tmp_path) == before
    assert not older or (path.read_text(), parity_path(path).read_text()) == (
        "older",
        "of the older",
    )


def test_outputs_that_are_no_numbers_are_not_kept(tmp_path, onnx_as):
    pytest.importorskip("tf2onnx")
    onnx_as(lambda path: {"float": lambda images: np.full_like(images, np.nan)})
    with pytest.raises(InputError, match="nan largest difference of floats"):
        export_checked(
            network("dmphn"), tmp_path / "a.onnx", "onnx", shapes=SMALL, input_type="float"
        )
    assert names(tmp_path) == []


@pytest.mark.parametrize("format_name", ["saved_model", "litert"])
def test_an_older_export_is_replaced_only_on_demand(tmp_path, format_name):
    path = tmp_path / "network"
    options = {} if format_name == "saved_model" else {"input_type": "uint8"}
    model = network("dmphn")
    export_checked(model, path, format_name, shapes=SMALL[:1], **options)
    first = digest(path)
    model.trainable_variables[0].assign_add(tf.ones_like(model.trainable_variables[0].value))
    with pytest.raises(InputError, match=r"network: exists already; pass --overwrite"):
        export_checked(model, path, format_name, shapes=SMALL[:1], **options)
    assert digest(path) == first
    export_checked(model, path, format_name, shapes=SMALL[:1], overwrite=True, **options)
    assert digest(path) != first
    assert names(tmp_path) == ["network", "network.parity.json"]


def digest(path):
    files = sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@pytest.mark.parametrize(
    ("name", "format_name", "message"),
    [
        ("missing/a", "litert", r"directory .*missing does not exist"),
        ("photos", "litert", r"photos: is a directory"),
        ("photos", "saved_model", r"photos: exists and is no SavedModel"),
        ("notes.txt", "saved_model", r"notes.txt: exists and is no SavedModel"),
    ],
)
def test_places_where_no_export_can_be(tmp_path, name, format_name, message):
    (tmp_path / "photos").mkdir()
    (tmp_path / "notes.txt").write_text("kept")
    with pytest.raises(InputError, match=message):
        check_output(tmp_path / name, format_name, overwrite=True)


def test_another_backend_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    with pytest.raises(InputError, match="KERAS_BACKEND=jax; expected tensorflow"):
        check_output(tmp_path / "a", "saved_model")
