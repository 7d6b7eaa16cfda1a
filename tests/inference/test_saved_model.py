"""SavedModels: any size and batch, both signatures, without this package."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from tfdeblur.inference.saved_model import export_saved_model
from tfdeblur.models import DMPHN, PSSNSC

NETWORKS = {
    "dmphn": lambda: DMPHN((1, 2), filters=(4, 4, 4), blocks_per_stage=1),
    "pss_nsc": lambda: PSSNSC(num_scales=2, filters=(4, 6), units=1),
}

# What somebody else does with it: only TensorFlow and NumPy.
ELSEWHERE = """
import sys
sys.modules["keras"] = None  # importing it would fail
import numpy as np
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
images = np.load(sys.argv[2])
restored = loaded.signatures["serving_default"](images=tf.constant(images))["restored"]
np.save(sys.argv[3], restored.numpy())
assert "tfdeblur" not in sys.modules
"""


@pytest.fixture(scope="module", params=NETWORKS)
def exported(request, tmp_path_factory):
    """A network and its SavedModel."""
    model = NETWORKS[request.param]()
    model.build((None, None, None, 3))
    random = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(0.05 * random.standard_normal(variable.shape))
    path = tmp_path_factory.mktemp(request.param) / "saved_model"
    export_saved_model(model, path)
    return model, path


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 65, 97, 3), np.uint8)


def in_8_bits(model, images):
    restored = np.asarray(model.deblur(images.astype(np.float32) / 255))
    return np.round(255 * restored.clip(0, 1))


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
    one = loaded.signatures["float"](images=tf.constant(blur[:1, :8, :16]))["restored"].numpy()
    np.testing.assert_allclose(one, model.deblur(blur[:1, :8, :16]), atol=1e-5)


def test_float_is_not_clipped(exported):
    """A bright image with weights that go beyond white shows it."""
    model, path = exported
    blur = np.full((1, 16, 16, 3), 4.0, np.float32)
    loaded = tf.saved_model.load(str(path))
    floats = loaded.signatures["float"](images=tf.constant(blur))["restored"].numpy()
    np.testing.assert_allclose(floats, model.deblur(blur), atol=1e-4)


def test_it_runs_where_this_package_is_not(exported, images, tmp_path):
    model, path = exported
    np.save(tmp_path / "images.npy", images)
    files = [str(path), str(tmp_path / "images.npy"), str(tmp_path / "restored.npy")]
    result = subprocess.run(
        [sys.executable, "-I", "-c", ELSEWHERE, *files],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert np.abs(np.load(tmp_path / "restored.npy") - in_8_bits(model, images)).max() <= 1


def test_an_older_one_is_replaced_as_a_whole(exported, tmp_path):
    model, _ = exported
    path = tmp_path / "saved_model"
    path.mkdir()
    (path / "leftover").write_text("of an older export")
    export_saved_model(model, path)
    assert not (path / "leftover").exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["saved_model"]
