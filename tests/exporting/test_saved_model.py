"""SavedModels: any size and batch, both signatures, without this package."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tests.exporting.small import in_8_bits, network_with_rounded_weights
from tests.support.commands import run_python
from tests.support.networks import network
from tfdeblur.errors import InputError
from tfdeblur.exporting.saved_model import DESCRIPTION, export_saved_model, load_saved_model

pytestmark = pytest.mark.slow

# What somebody else does with it: only TensorFlow and NumPy.
ELSEWHERE = """
import sys
sys.modules["keras"] = None  # importing it would fail
sys.modules["tfdeblur"] = None
import numpy as np
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
images = np.load(sys.argv[2])
restored = loaded.signatures["serving_default"](images=tf.constant(images))["restored"]
np.save(sys.argv[3], restored.numpy())
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A network and its SavedModel."""
    model = network("dmphn")
    path = tmp_path_factory.mktemp("exported") / "saved_model"
    export_saved_model(model, path)
    return model, path


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 65, 97, 3), np.uint8)


def test_signatures_of_odd_sizes(exported, images):
    model, path = exported
    loaded = tf.saved_model.load(str(path))
    restored = loaded.signatures["serving_default"](images=tf.constant(images))["restored"].numpy()
    assert restored.dtype == np.uint8
    assert restored.shape == images.shape
    # Half-way cases may be rounded either way.
    assert np.abs(restored - in_8_bits(model, images)).max() <= 1
    assert len(np.unique(restored)) > 10
    blur = images.astype(np.float32) / 255
    floats = loaded.signatures["float"](images=tf.constant(blur))["restored"].numpy()
    np.testing.assert_allclose(floats, model.deblur(blur), atol=1e-5)
    for part in (blur[:1, :8, :16], blur[:2, :2, :3]):
        restored = loaded.signatures["float"](images=tf.constant(part))["restored"].numpy()
        np.testing.assert_allclose(restored, model.deblur(part), atol=1e-5)


def test_float_is_not_clipped(exported):
    """A bright image with weights that go beyond white shows it."""
    model, path = exported
    blur = np.full((1, 16, 16, 3), 4.0, np.float32)
    floats = load_saved_model(path)["float"](blur)
    np.testing.assert_allclose(floats, model.deblur(blur), atol=1e-4)


def test_it_runs_where_this_package_is_not(exported, images, tmp_path):
    model, path = exported
    np.save(tmp_path / "images.npy", images)
    files = [str(path), str(tmp_path / "images.npy"), str(tmp_path / "restored.npy")]
    run_python("-I", "-c", ELSEWHERE, *files, cwd=tmp_path)
    assert np.abs(np.load(tmp_path / "restored.npy") - in_8_bits(model, images)).max() <= 1


def test_an_older_one_is_replaced_as_a_whole(exported, tmp_path):
    model, _ = exported
    path = tmp_path / "saved_model"
    path.mkdir()
    (path / "saved_model.pb").write_text("of an older export")
    (path / "leftover").write_text("of an older export")
    export_saved_model(model, path)
    assert not (path / "leftover").exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["saved_model"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_saved_model_is_never_replaced(exported, tmp_path, kind):
    path = tmp_path / "holiday"
    if kind == "folder":
        path.mkdir()
        (path / "photo.jpg").write_text("kept")
    else:
        path.write_text("kept")
    with pytest.raises(InputError, match=r"holiday: exists and is no SavedModel"):
        export_saved_model(exported[0], path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["holiday"]
    assert (path / "photo.jpg" if kind == "folder" else path).read_text() == "kept"


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_older_one_and_nothing_else(exported, tmp_path, monkeypatch, failure):
    path = tmp_path / "saved_model"
    path.mkdir()
    (path / "saved_model.pb").write_text("older")

    def fail(module, folder, signatures):
        folder.mkdir()
        raise failure

    monkeypatch.setattr(tf.saved_model, "save", fail)
    with pytest.raises(failure):
        export_saved_model(exported[0], path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["saved_model"]
    assert (path / "saved_model.pb").read_text() == "older"


def test_the_first_unit_of_a_stack(images, tmp_path):
    model = network("stack")
    export_saved_model(model, tmp_path / "saved_model", depth=1)
    restored = load_saved_model(tmp_path / "saved_model")["uint8"](images)
    assert np.abs(restored - in_8_bits(model, images, depth=1)).max() <= 1
    assert (in_8_bits(model, images, depth=1) != in_8_bits(model, images)).any()
    facts = json.loads((tmp_path / "saved_model" / DESCRIPTION).read_text())
    assert (facts["depth"], facts["num_units"]) == (1, 2)


def test_weights_in_16_bits_are_half_as_large_and_still_computed_in_32(exported, images, tmp_path):
    model, path = exported
    export_saved_model(model, tmp_path / "saved_model", float16=True)
    sizes = [
        sum(file.stat().st_size for file in (folder / "variables").glob("*.data*"))
        for folder in (path, tmp_path / "saved_model")
    ]
    assert 1.8 < sizes[0] / sizes[1] < 2.2
    blur = images.astype(np.float32) / 255
    expected = network_with_rounded_weights(model).deblur(blur)
    restored = load_saved_model(tmp_path / "saved_model")["float"](blur)
    np.testing.assert_allclose(restored, expected, atol=1e-5)
    assert not np.allclose(restored, model.deblur(blur), atol=1e-6)


def test_signatures_compiled_by_xla(images, tmp_path):
    model = network("dmphn")
    export_saved_model(model, tmp_path / "saved_model")
    assert b"_XlaMustCompile" not in (tmp_path / "saved_model" / "saved_model.pb").read_bytes()
    export_saved_model(model, tmp_path / "saved_model", jit_compile=True)
    restored = load_saved_model(tmp_path / "saved_model")["uint8"](images)
    assert np.abs(restored - in_8_bits(model, images)).max() <= 1
    assert b"_XlaMustCompile" in (tmp_path / "saved_model" / "saved_model.pb").read_bytes()
