"""What only OpenVINO does: it is compiled for every shape."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.support.networks import network
from tfdeblur import Deblurrer
from tfdeblur.inference.runtimes.openvino import OpenVinoRuntime
from tfdeblur.models import PSSNSC

pytestmark = pytest.mark.slow

pytest.importorskip("openvino")


def test_the_last_two_shapes_stay_compiled(rng, monkeypatch):
    model = network("dmphn")
    runtime = OpenVinoRuntime(model)
    compiled_shapes = []
    compiled_for = runtime._compiled_for

    def counted(shape):
        compiled_shapes.append(shape)
        return compiled_for(shape)

    monkeypatch.setattr(runtime, "_compiled_for", counted)
    a, b, c = (rng.random((1, side, 9, 3), np.float32) for side in (8, 17, 5))
    for batch in (a, a, b, a, c, a, b):
        np.testing.assert_allclose(runtime(batch), model.deblur(batch), atol=1e-5)
    assert compiled_shapes == [a.shape, b.shape, c.shape, b.shape]


def test_threads_get_their_own_images(rng):
    deblur = Deblurrer(OpenVinoRuntime(network("dmphn")))
    images = [rng.integers(0, 256, (8 + i % 3, 9, 3), np.uint8) for i in range(24)]
    expected = [deblur(image) for image in images]
    with ThreadPoolExecutor(8) as threads:
        for restored, alone in zip(threads.map(deblur, images), expected, strict=True):
            np.testing.assert_array_equal(restored, alone)


def test_all_scales_of_pss_nsc(rng):
    """For all shapes at once, OpenVINO 2026.4 cannot compile three scales and three stages."""
    model = PSSNSC(units=1, filters=(4, 4, 4))
    model.build((None, None, None, 3))
    batch = rng.random((2, 19, 35, 3), np.float32)
    np.testing.assert_allclose(OpenVinoRuntime(model)(batch), model.deblur(batch), atol=1e-5)
