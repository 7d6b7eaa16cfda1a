"""Graphs that wait, on the backend of the tests; the other is run by tests/test_benchmark.py."""

import numpy as np
import pytest

from tfdeblur.benchmarks.backend import synchronised
from tfdeblur.models import DMPHN


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_graph_computes_what_the_function_does(jit_compile, rng):
    model = DMPHN((1,))
    blur = rng.random((1, 7, 6, 3), np.float32)
    run = synchronised(model.deblur, jit_compile, model.variables)
    np.testing.assert_allclose(run(blur), model.deblur(blur), atol=1e-5)


def test_new_weights_are_seen_by_a_graph_made_before(rng):
    model = DMPHN((1,))
    blur = rng.random((1, 8, 8, 3), np.float32)
    run = synchronised(model.deblur, False, model.variables)
    run(blur)
    model.set_weights([0 * weight for weight in model.get_weights()])
    np.testing.assert_array_equal(run(blur), np.full_like(blur, 0.5))
