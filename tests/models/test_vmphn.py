"""VMPHN against the written-out transcription of its reading."""

import numpy as np

from tests.reference import dmphn as oracle
from tfdeblur.models import VMPHN


def test_equals_the_transcription(rng):
    model = VMPHN((1, 2))
    blur = rng.random((1, 8, 4, 3), np.float32)
    [restored] = model(blur)
    np.testing.assert_allclose(restored[0], oracle.vmphn_1_2(model, blur[0]), atol=1e-4)


def test_both_passes_are_shown(rng):
    blur = rng.random((1, 7, 4, 3), np.float32)
    model = VMPHN((1, 2))
    images = model.intermediate_images(blur)
    assert list(images) == [
        "downward_level_1_image",
        "downward_level_2_image",
        "level_2_residual",
        "output",
    ]
    np.testing.assert_allclose(images["output"], model.deblur(blur), atol=1e-6)


def test_sizes_are_those_of_dmphn():
    assert VMPHN().size_multiple == (8, 8)
