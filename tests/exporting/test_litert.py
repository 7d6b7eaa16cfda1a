"""LiteRT files: any size and batch, both kinds of input, built-in operations only."""

import numpy as np
import pytest

from tests.exporting.small import in_8_bits, network_with_rounded_weights
from tests.support.networks import network
from tfdeblur.errors import InputError
from tfdeblur.exporting.litert import export_litert, load_litert

interpreter = pytest.importorskip("ai_edge_litert.interpreter")

pytestmark = pytest.mark.slow


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 65, 97, 3), np.uint8)


def test_floats_of_odd_sizes(images, tmp_path):
    model = network("dmphn")
    export_litert(model, tmp_path / "a.tflite")
    run = load_litert(tmp_path / "a.tflite")
    assert list(run) == ["float"]
    blur = images.astype(np.float32) / 255
    # The last one is beyond white, and is not clipped.
    for part in (blur, blur[:1, :8, :16], blur[:2, :2, :3], 4 + 0 * blur[:1, :16, :16]):
        restored = run["float"](part)
        assert restored.dtype == np.float32
        np.testing.assert_allclose(restored, model.deblur(part), atol=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == ["a.tflite"]


def test_images_in_images_out_as_phones_do_it(images, tmp_path):
    """The input resized by hand, as the interpreters of other languages need it."""
    model = network("stack")
    export_litert(model, tmp_path / "a.tflite", depth=1, input_type="uint8")
    assert list(load_litert(tmp_path / "a.tflite")) == ["uint8"]
    phone = interpreter.Interpreter(str(tmp_path / "a.tflite"))
    [put], [get] = phone.get_input_details(), phone.get_output_details()
    for part in (images, images[:1, :31]):
        phone.resize_tensor_input(put["index"], part.shape)
        phone.allocate_tensors()
        phone.set_tensor(put["index"], part)
        phone.invoke()
        restored = phone.get_tensor(get["index"])
        assert restored.dtype == np.uint8
        assert np.abs(restored - in_8_bits(model, part, depth=1)).max() <= 1
    assert (in_8_bits(model, images, depth=1) != in_8_bits(model, images)).any()


def test_weights_in_16_bits(images, tmp_path):
    model = network("dmphn")
    export_litert(model, tmp_path / "a.tflite", float16=True)
    blur = images.astype(np.float32) / 255
    restored = load_litert(tmp_path / "a.tflite")["float"](blur)
    expected = network_with_rounded_weights(model).deblur(blur)
    np.testing.assert_allclose(restored, expected, atol=1e-5)
    assert not np.allclose(restored, model.deblur(blur), atol=1e-6)


def test_an_interpreter_that_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs ai_edge_litert.*pip install 'tfdeblur\[litert\]'"):
        load_litert(tmp_path / "a.tflite")
