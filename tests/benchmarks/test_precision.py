"""Networks built in a precision compute in it, and nothing else of the process does."""

import keras
import numpy as np
import pytest

from tfdeblur.benchmarks.precision import PRECISIONS, building_in
from tfdeblur.config import build_model
from tfdeblur.models import DMPHN


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_network_computes_in_it_and_keeps_its_weights(precision, rng):
    with building_in(precision):
        model = DMPHN((1, 2))
    assert keras.config.dtype_policy().name == "float32"
    restored = model.deblur(rng.random((1, 9, 10, 3), np.float32))
    assert keras.backend.standardize_dtype(restored.dtype) == precision
    assert {weight.dtype for weight in model.weights} == {"float32"}


def test_what_was_set_before_is_set_again_even_after_an_error():
    with pytest.raises(ZeroDivisionError), building_in("bfloat16"):
        _ = 1 / 0
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize("name", ["dmsn_2", "stack2_vmphn", "pss_nsc", "pss_nsc_denseblock"])
def test_every_kind_of_network_takes_16_bits(name):
    with building_in("bfloat16"):
        model = build_model(name)
    image = keras.KerasTensor((1, 16, 16, 3), "float32")
    assert keras.backend.standardize_dtype(model(image)[-1].dtype) == "bfloat16"
