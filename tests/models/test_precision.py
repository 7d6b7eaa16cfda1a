"""Mixed precision by name, and nothing left behind."""

import keras
import numpy as np
import pytest

from tfdeblur.choices import PRECISIONS
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN, PSSNSC
from tfdeblur.models.precision import precision_scope
from tfdeblur.models.presets import build_model

# Significant bits of the outputs, the hidden one included.
BITS = {"float32": 24, "bfloat16": 8, "float16": 11}
MAKERS = {
    "dmphn": lambda: DMPHN((1, 2)),
    "pss_nsc": lambda: PSSNSC(num_scales=2, filters=(4, 6), units=1),
}


def built(make, precision, weights=None):
    with precision_scope(precision):
        model = make()
        model.build((None, None, None, 3))
    if weights is not None:
        model.set_weights(weights)
    return model


@pytest.mark.parametrize("family", MAKERS)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_layer_computes_in_it_and_weights_stay_float32(family, precision):
    model = built(MAKERS[family], precision)
    layers = model._flatten_layers()
    assert {layer.compute_dtype for layer in layers} == {precision}
    assert {variable.dtype for variable in model.variables} == {"float32"}


@pytest.mark.parametrize("family", MAKERS)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_outputs_differ_by_rounding_only(family, precision, rng):
    exact = built(MAKERS[family], "float32")
    rough = built(MAKERS[family], precision, exact.get_weights())
    images = rng.random((1, 16, 16, 3), np.float32)
    expected, received = (
        keras.ops.convert_to_numpy(keras.ops.cast(model(images)[-1], "float32"))
        for model in (exact, rough)
    )
    error = np.sqrt(np.mean((received - expected) ** 2)) / np.sqrt(np.mean(expected**2))
    # Roundings of a dozen layers add up, by far less than they are many.
    assert error <= 2.0 ** (3 - BITS[precision])
    if precision != "float32":
        assert error > 2.0 ** (-5 - BITS[precision])


def test_policy_of_the_process_comes_back():
    with pytest.raises(RuntimeError), precision_scope("bfloat16"):
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        raise RuntimeError
    assert keras.config.dtype_policy().name == "float32"


def test_float16_scales_the_loss_and_bfloat16_does_not():
    for precision, scales in [("float16", True), ("bfloat16", False)]:
        model = built(MAKERS["pss_nsc"], precision)
        model.compile("adam")
        assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) == scales


def test_unknown_precision_is_refused():
    with pytest.raises(InputError, match=r"'half'; expected one of float32, bfloat16, float16"):
        precision_scope("half").__enter__()


@pytest.mark.parametrize("name", ["dmsn_2", "stack2_vmphn", "pss_nsc", "pss_nsc_denseblock"])
def test_every_kind_of_network_takes_16_bits(name):
    with precision_scope("bfloat16"):
        model = build_model(name)
    image = keras.KerasTensor((1, 16, 16, 3), "float32")
    assert keras.backend.standardize_dtype(model(image)[-1].dtype) == "bfloat16"
