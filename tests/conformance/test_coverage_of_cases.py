"""No public layer or model escapes the conformance suite."""

import keras
import pytest

from tests.conformance.cases import CASES
from tfdeblur import layers, models

# Bases that cannot be run by themselves.
ABSTRACT = {"DeblurringModel"}

PUBLIC = [
    getattr(module, name)
    for module in (layers, models)
    for name in module.__all__
    if name not in ABSTRACT
]


MODELS = {name: case for name, case in CASES.items() if isinstance(case.make(), keras.Model)}


@pytest.mark.parametrize("case", MODELS.values(), ids=MODELS.keys())
def test_sizes_that_need_padding_are_refused_by_the_call_and_taken_by_deblur(case):
    model = case.build()
    rows, columns = model.size_multiple
    images = case.images((rows + 1, columns, case.input_shape[-1]), batch=1)
    with pytest.raises(ValueError, match=rf"{rows + 1} rows.*multiples of {rows}.*model.deblur"):
        model(images)
    assert model.deblur(images).shape == images.shape


@pytest.mark.parametrize("public_class", PUBLIC, ids=lambda c: c.__name__)
def test_has_a_case(public_class):
    assert issubclass(public_class, keras.layers.Layer)
    assert any(type(case.make()) is public_class for case in CASES.values())
