"""Choosing a depth by measurement."""

import numpy as np
import pytest

from tfdeblur import Deblurrer
from tfdeblur.inference.adaptive_depth import deepest_within, measure_depths
from tfdeblur.models import DMPHN, Stack


@pytest.mark.parametrize(
    ("budget_ms", "depth"), [(5, 1), (10, 1), (19.9, 1), (20, 2), (29, 2), (1000, 3)]
)
def test_deepest_that_fits_or_else_the_least(budget_ms, depth):
    assert deepest_within({1: 10.0, 2: 20.0, 3: 30.0}, budget_ms) == depth


def test_measuring_stops_when_the_budget_is_passed():
    stack = Stack(DMPHN((1,)), num_units=3)
    stack.build((None, None, None, 3))
    deblurrer = Deblurrer(stack)
    image = np.zeros((70, 80, 3), np.uint8)
    assert list(measure_depths(deblurrer, image, budget_ms=0)) == [1]
    measured = measure_depths(deblurrer, image, budget_ms=1e9)
    assert list(measured) == [1, 2, 3]
    assert all(ms > 0 for ms in measured.values())
