"""ONNX files: any size and batch, both kinds of input, sides with names."""

import numpy as np
import pytest

from tests.exporting.small import in_8_bits, network_with_rounded_weights
from tests.support.networks import network
from tfdeblur.errors import InputError
from tfdeblur.exporting.onnx import export_onnx, load_onnx

onnx = pytest.importorskip("onnx")

pytestmark = pytest.mark.slow


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 65, 97, 3), np.uint8)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A network and its file, for floats."""
    model = network("dmphn")
    path = tmp_path_factory.mktemp("exported") / "a.onnx"
    export_onnx(model, path)
    return model, path


def test_floats_of_odd_sizes(exported, images):
    model, path = exported
    run = load_onnx(path)
    assert list(run) == ["float"]
    blur = images.astype(np.float32) / 255
    # The last one is beyond white, and is not clipped.
    for part in (blur, blur[:1, :8, :16], blur[:2, :2, :3], 4 + 0 * blur[:1, :16, :16]):
        restored = run["float"](part)
        assert restored.dtype == np.float32
        np.testing.assert_allclose(restored, model.deblur(part), atol=1e-5)
    assert [file.name for file in path.parent.iterdir()] == ["a.onnx"]


def test_free_sides_have_names(exported):
    """Tools that fix sizes, such as those of mobile runtimes, ask for them by name."""
    file = onnx.load(exported[1])
    onnx.checker.check_model(file, full_check=True)
    for value, name in ((file.graph.input[0], "images"), (file.graph.output[0], "restored")):
        sides = value.type.tensor_type.shape.dim
        assert value.name == name
        assert [side.dim_param for side in sides[:3]] == ["batch", "height", "width"]
        assert sides[3].dim_value == 3


def test_images_in_images_out_of_the_first_unit_of_a_stack(images, tmp_path):
    model = network("stack")
    export_onnx(model, tmp_path / "a.onnx", depth=1, input_type="uint8")
    run = load_onnx(tmp_path / "a.onnx")
    assert list(run) == ["uint8"]
    restored = run["uint8"](images)
    assert restored.dtype == np.uint8
    assert np.abs(restored - in_8_bits(model, images, depth=1)).max() <= 1
    assert len(np.unique(restored)) > 10
    assert (in_8_bits(model, images, depth=1) != in_8_bits(model, images)).any()


def test_weights_in_16_bits(exported, images, tmp_path):
    model, _ = exported
    export_onnx(model, tmp_path / "a.onnx", float16=True)
    onnx.checker.check_model(onnx.load(tmp_path / "a.onnx"), full_check=True)
    kernels = [w for w in onnx.load(tmp_path / "a.onnx").graph.initializer if len(w.dims) == 4]
    assert kernels
    assert all(kernel.data_type == onnx.TensorProto.FLOAT16 for kernel in kernels)
    blur = images.astype(np.float32) / 255
    restored = load_onnx(tmp_path / "a.onnx")["float"](blur)
    expected = network_with_rounded_weights(model).deblur(blur)
    np.testing.assert_allclose(restored, expected, atol=1e-5)


@pytest.mark.parametrize("missing", ["onnx", "onnxruntime", "tf2onnx"])
def test_an_extra_that_is_not_installed(tmp_path, monkeypatch, missing):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name != missing or None)
    with pytest.raises(InputError, match=rf"needs {missing}, .*pip install 'tfdeblur\[onnx\]'"):
        export_onnx(network("dmphn"), tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []
