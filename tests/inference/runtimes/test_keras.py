"""Networks run in Keras, on the backend of the tests and in another process on JAX."""

import numpy as np
import pytest

from tests.support.commands import run_python
from tfdeblur.errors import InputError
from tfdeblur.inference.runtimes.keras import KerasRuntime
from tfdeblur.models import DMPHN, PSSNSC, Stack
from tfdeblur.models.precision import precision_scope

NETWORKS = {
    "dmphn": lambda: DMPHN((1, 2, 4), filters=(4, 6, 8), blocks_per_stage=1),
    "pss_nsc": lambda: PSSNSC(num_scales=2, filters=(4, 6), units=1),
    "stack": lambda: Stack(DMPHN((1, 2), filters=(4, 6, 8), blocks_per_stage=1), num_units=3),
}


def built(make):
    model = make()
    if not model.built:
        model.build((None, None, None, 3))
    return model


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_gives_what_the_model_gives_on_any_batch_and_size(name, jit_compile, rng):
    model = built(NETWORKS[name])
    runtime = KerasRuntime(model, jit_compile=jit_compile)
    for shape in ((3, 9, 21, 3), (1, 16, 16, 3), (2, 2, 5, 3)):
        batch = rng.random(shape, np.float32)
        np.testing.assert_allclose(runtime(batch), model.deblur(batch), atol=1e-5)


def test_a_stack_runs_as_many_units_as_it_is_told(rng):
    model = built(NETWORKS["stack"])
    batch = rng.random((1, 7, 9, 3), np.float32)
    outputs = [np.asarray(model.deblur(batch, depth=depth)) for depth in (1, 2, 3)]
    assert np.abs(outputs[0] - outputs[1]).max() > 1e-4
    for depth, expected in ((1, outputs[0]), (2, outputs[1]), (None, outputs[2])):
        runtime = KerasRuntime(model, depth)
        assert (runtime.num_units, runtime.depth) == (3, depth or 3)
        np.testing.assert_allclose(runtime(batch), expected, atol=1e-5)


@pytest.mark.parametrize("depth", [0, 2])
def test_depths_that_were_not_built_are_refused(depth):
    with pytest.raises(InputError, match=f"depth {depth}; expected 1 to 1"):
        KerasRuntime(built(NETWORKS["dmphn"]), depth)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_weights_that_change_are_seen(jit_compile, rng):
    model = built(NETWORKS["dmphn"])
    runtime = KerasRuntime(model, jit_compile=jit_compile)
    batch = rng.random((1, 8, 8, 3), np.float32)
    runtime(batch)
    model.set_weights([0 * weight for weight in model.get_weights()])
    np.testing.assert_array_equal(runtime(batch), np.full_like(batch, 0.5))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_result_is_float32_whatever_the_network_computes_in(precision, rng):
    with precision_scope(precision):
        model = built(NETWORKS["dmphn"])
    assert KerasRuntime(model)(rng.random((1, 8, 8, 3), np.float32)).dtype == "float32"


def test_one_graph_serves_all_shapes_unless_xla_compiles_them():
    class Counting(DMPHN):
        traces = 0

        def call(self, blur):
            Counting.traces += 1
            return super().call(blur)

    model = Counting((1,), filters=(4, 6, 8))
    model.build((None, None, None, 3))
    Counting.traces = 0
    runtime = KerasRuntime(model, jit_compile=False)
    for shape in ((1, 8, 8, 3), (2, 3, 5, 3), (1, 17, 4, 3)):
        runtime(np.zeros(shape, np.float32))
    assert (Counting.traces, runtime.compiles_shapes) == (1, False)


_ON_JAX = """
import numpy as np
from tfdeblur.inference.runtimes.keras import KerasRuntime
from tfdeblur.models import DMPHN
model = DMPHN((1, 2), filters=(4, 6, 8), blocks_per_stage=1)
model.build((None, None, None, 3))
batch = np.random.default_rng(1).random((2, 9, 5, 3), np.float32)
expected = model.deblur(batch)
runtimes = [KerasRuntime(model, jit_compile=jit_compile) for jit_compile in (False, True)]
assert [runtime.compiles_shapes for runtime in runtimes] == [False, True]
for runtime in runtimes:
    np.testing.assert_allclose(runtime(batch), expected, atol=1e-5)
model.set_weights([0 * weight for weight in model.get_weights()])
for runtime in runtimes:
    np.testing.assert_array_equal(runtime(batch), np.full_like(batch, 0.5))
"""


@pytest.mark.slow
def test_jax_gives_the_same_compiled_or_not():
    run_python("-c", _ON_JAX, KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")
