"""What only OpenVINO does: it is compiled for one shape at a time."""

import numpy as np
import pytest

from tests.exporting.small import network
from tfdeblur.inference.runtimes.openvino import OpenVinoRuntime
from tfdeblur.models import PSSNSC

pytest.importorskip("openvino")


def test_a_shape_is_compiled_once_as_long_as_it_stays(rng, monkeypatch):
    model = network("dmphn")
    runtime = OpenVinoRuntime(model)
    compiled_shapes = []
    compiled_for = runtime._compiled_for

    def counted(shape):
        compiled_shapes.append(shape)
        return compiled_for(shape)

    monkeypatch.setattr(runtime, "_compiled_for", counted)
    small, large = (rng.random((1, side, 9, 3), np.float32) for side in (8, 17))
    for batch in (small, small, large, large, small):
        np.testing.assert_allclose(runtime(batch), model.deblur(batch), atol=1e-5)
    assert compiled_shapes == [small.shape, large.shape, small.shape]


def test_all_scales_of_pss_nsc(rng):
    """For all shapes at once, OpenVINO 2026.4 cannot compile three scales and three stages."""
    model = PSSNSC(units=1, filters=(4, 4, 4))
    model.build((None, None, None, 3))
    batch = rng.random((2, 19, 35, 3), np.float32)
    np.testing.assert_allclose(OpenVinoRuntime(model)(batch), model.deblur(batch), atol=1e-5)
