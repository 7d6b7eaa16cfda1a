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


@pytest.mark.parametrize("public_class", PUBLIC, ids=lambda c: c.__name__)
def test_has_a_case(public_class):
    assert issubclass(public_class, keras.layers.Layer)
    assert any(type(case.make()) is public_class for case in CASES.values())
