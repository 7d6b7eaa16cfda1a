"""A SavedModel runs where no Keras model is, and says what it is."""

import shutil

import numpy as np
import pytest
import tensorflow as tf

from tests.support.networks import network
from tfdeblur.errors import InputError
from tfdeblur.exporting.saved_model import DESCRIPTION, export_saved_model
from tfdeblur.inference.runtimes.saved_model import SavedModelRuntime

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stack():
    return network("stack")


@pytest.fixture(scope="module")
def exported(stack, tmp_path_factory):
    path = tmp_path_factory.mktemp("exported") / "network"
    export_saved_model(stack, path, depth=1)
    return path


@pytest.mark.parametrize("shape", [(1, 65, 97, 3), (3, 9, 8, 3), (1, 2, 2, 3)])
def test_it_restores_what_the_network_restores(stack, exported, rng, shape):
    runtime = SavedModelRuntime(exported)
    # Beyond white as well: a runtime does not clip.
    blur = 2 * rng.random(shape, np.float32)
    restored = runtime(blur)
    assert (restored.shape, restored.dtype) == (shape, np.float32)
    np.testing.assert_allclose(restored, stack.deblur(blur, depth=1), atol=1e-5)


def test_what_the_engine_asks(stack, exported):
    runtime = SavedModelRuntime(str(exported))
    assert runtime.model is None
    assert (runtime.name, runtime.num_units, runtime.depth) == ("saved_model", 2, 1)
    assert runtime.working_bytes_per_pixel == stack.working_bytes_per_pixel
    assert runtime.compiles_shapes is False


def test_one_that_xla_compiles_says_so(tmp_path):
    export_saved_model(network("dmphn"), tmp_path / "network", jit_compile=True)
    assert SavedModelRuntime(tmp_path / "network").compiles_shapes is True


def test_without_a_description_the_cautious_is_taken(exported, tmp_path):
    copy = shutil.copytree(exported, tmp_path / "copy")
    (copy / DESCRIPTION).unlink()
    runtime = SavedModelRuntime(copy)
    assert (runtime.name, runtime.num_units, runtime.depth) == ("saved_model", 1, 1)
    assert runtime.working_bytes_per_pixel >= 900


class _Other(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None,), tf.float32, "x")])
    def double(self, x):
        return {"y": 2 * x}


def _break(copy, how):
    if how == "missing":
        shutil.rmtree(copy)
    elif how == "empty":
        (copy / "saved_model.pb").unlink()
    elif how == "damaged":
        (copy / "saved_model.pb").write_bytes(b"damaged")
    elif how == "weights":
        shutil.rmtree(copy / "variables")
    elif how == "description":
        (copy / DESCRIPTION).write_text("[")
    else:
        other = _Other()
        key = "float" if how == "other_float" else "serving_default"
        tf.saved_model.save(other, copy, {key: other.double})


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("missing", "no SavedModel .*tfdeblur export"),
        ("empty", "no SavedModel .*tfdeblur export"),
        ("damaged", "this SavedModel is refused"),
        ("weights", "this SavedModel is refused"),
        ("description", "expected a JSON object"),
        ("other", "expected a SavedModel with the signature 'float'"),
        ("other_float", "expected a SavedModel with the signature 'float'"),
    ],
)
def test_what_is_no_exported_network_is_refused_in_one_line(exported, tmp_path, how, message):
    copy = shutil.copytree(exported, tmp_path / "copy")
    _break(copy, how)
    with pytest.raises(InputError, match=message) as error:
        SavedModelRuntime(copy)
    assert str(error.value).startswith(str(copy))
    assert "\n" not in str(error.value)
