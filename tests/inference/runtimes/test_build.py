"""Engines by name, and what all that read ONNX files have in common."""

import importlib.util

import numpy as np
import pytest

from tests.support.networks import network
from tfdeblur.choices import ENGINES
from tfdeblur.errors import InputError
from tfdeblur.exporting import onnx
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.inference.runtimes.build import build_runtime
from tfdeblur.inference.runtimes.keras import KerasRuntime
from tfdeblur.models import PSSNSC
from tfdeblur.models.precision import precision_scope

pytestmark = pytest.mark.slow

MODULES = {"onnxruntime": "onnxruntime", "openvino": "openvino"}
EXTRAS = {"onnxruntime": "onnx", "openvino": "openvino"}


def pss_nsc():
    model = PSSNSC(num_scales=2, filters=(4, 6), units=1)
    model.build((None, None, None, 3))
    return model


def others():
    """The engines besides Keras, skipped where they are not installed."""
    assert set(ENGINES) == {"keras", *MODULES}
    return [
        pytest.param(
            engine,
            marks=pytest.mark.skipif(
                not all(map(importlib.util.find_spec, (module, "tf2onnx"))),
                reason=f"needs the extra {EXTRAS[engine]}",
            ),
        )
        for engine, module in MODULES.items()
    ]


@pytest.mark.parametrize("engine", others())
@pytest.mark.parametrize("make", [lambda: network("dmphn"), pss_nsc], ids=["dmphn", "pss_nsc"])
def test_gives_what_keras_gives_on_any_batch_and_size(engine, make, rng):
    model = make()
    runtime = build_runtime(engine, model)
    assert (runtime.name, runtime.model) == (engine, model)
    assert runtime.compiles_shapes is (engine == "openvino")
    for shape in ((3, 65, 97, 3), (1, 16, 16, 3), (2, 2, 3, 3)):
        batch = rng.random(shape, np.float32)
        restored = runtime(batch)
        assert restored.dtype == np.float32
        np.testing.assert_allclose(restored, model.deblur(batch), atol=1e-5)
    # Beyond white, and not clipped.
    batch = np.full((1, 8, 8, 3), 4, np.float32)
    np.testing.assert_allclose(runtime(batch), model.deblur(batch), atol=1e-5)


@pytest.mark.parametrize("engine", others())
def test_results_are_kept_when_the_next_batch_comes(engine, rng):
    runtime = build_runtime(engine, network("dmphn"))
    first = runtime(rng.random((1, 9, 9, 3), np.float32))
    before = first.copy()
    runtime(rng.random((1, 9, 9, 3), np.float32))
    np.testing.assert_array_equal(first, before)


@pytest.mark.parametrize("engine", others())
def test_a_stack_runs_as_many_units_as_it_is_told(engine, rng):
    model = network("stack")
    batch = rng.random((1, 7, 9, 3), np.float32)
    for depth in (1, None):
        runtime = build_runtime(engine, model, depth)
        assert (runtime.num_units, runtime.depth) == (2, depth or 2)
        expected = model.deblur(batch, depth=depth or 2)
        np.testing.assert_allclose(runtime(batch), expected, atol=1e-5)
    with pytest.raises(InputError, match="depth 3; expected 1 to 2"):
        build_runtime(engine, model, 3)


@pytest.mark.parametrize("engine", others())
def test_an_exported_file_runs_alone_and_in_a_deblurrer(engine, rng, tmp_path):
    model = network("dmphn")
    onnx.export_onnx(model, tmp_path / "a.onnx")
    runtime = build_runtime(engine, tmp_path / "a.onnx")
    assert (runtime.model, runtime.depth) == (None, 1)
    image = rng.integers(0, 256, (21, 34, 3), np.uint8)
    difference = Deblurrer(runtime)(image).astype(int) - Deblurrer(model)(image)
    assert np.abs(difference).max() <= 1
    with pytest.raises(InputError, match=r"depth 1 for .*a\.onnx; expected none"):
        build_runtime(engine, tmp_path / "a.onnx", depth=1)


@pytest.mark.parametrize("engine", others())
def test_files_that_are_something_else_are_refused(engine, tmp_path):
    with pytest.raises(InputError, match=r"no\.onnx, which is no file"):
        build_runtime(engine, tmp_path / "no.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    with pytest.raises(InputError, match=r"broken\.onnx, which .* cannot read"):
        build_runtime(engine, tmp_path / "broken.onnx")
    onnx.export_onnx(network("dmphn"), tmp_path / "uint8.onnx", input_type="uint8")
    with pytest.raises(InputError, match=r"uint8\.onnx, which takes .*8.* input type float"):
        build_runtime(engine, tmp_path / "uint8.onnx")


@pytest.mark.parametrize("engine", MODULES)
def test_an_engine_that_is_not_installed(engine, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == MODULES[engine] else find(name)
    )
    message = rf"engine {engine} needs {engine}, .*pip install 'tfdeblur\[{EXTRAS[engine]}\]'"
    with pytest.raises(InputError, match=message):
        build_runtime(engine, network("dmphn"))


@pytest.mark.parametrize("engine", others())
def test_lower_precision_and_xla_are_left_to_keras(engine):
    with precision_scope("bfloat16"):
        lower = network("dmphn")
    with pytest.raises(InputError, match="bfloat16; expected float32"):
        build_runtime(engine, lower)
    with pytest.raises(InputError, match="jit_compile=True with the engine"):
        build_runtime(engine, network("dmphn"), jit_compile=True)


def test_keras_unknown_names_and_finished_runtimes():
    model = network("stack")
    runtime = build_runtime("keras", model, depth=1, jit_compile=True)
    assert isinstance(runtime, KerasRuntime)
    assert (runtime.depth, runtime.compiles_shapes) == (1, True)
    assert build_runtime("openvino", runtime) is runtime
    with pytest.raises(InputError, match="'torch'; expected one of keras, onnxruntime, openvino"):
        build_runtime("torch", model)
