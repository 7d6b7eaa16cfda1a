"""DMPHN against the paper's tables, a patch-by-patch transcription, and the authors' images."""

import numpy as np
import pytest

from tests.reference import dmphn as oracle
from tests.support.networks import TINY
from tfdeblur.models import DMPHN


@pytest.mark.parametrize(
    ("levels", "size_multiple"),
    [
        ((1,), (4, 4)),
        ((1, 2), (8, 4)),
        ((1, 1, 1), (4, 4)),
        ((1, 2, 4), (8, 8)),
        ((1, 4, 16), (16, 16)),
        ((1, 2, 4, 8), (16, 8)),
        ((1, 2, 4, 8, 16), (16, 16)),
    ],
)
def test_sizes(levels, size_multiple):
    model = DMPHN(levels, **TINY)
    assert model.size_multiple == size_multiple
    [restored] = model(np.zeros((1, *size_multiple, 3), np.float32))
    assert restored.shape == (1, *size_multiple, 3)


@pytest.mark.parametrize(
    ("levels", "weight_sharing"),
    [
        ((1,), False),
        ((1, 1, 1), False),
        ((1, 2, 4), False),
        ((1, 4, 16), False),
        ((1, 2, 4, 8, 16), False),
        ((1, 2, 4, 8), True),
    ],
)
def test_equals_the_patch_by_patch_transcription(levels, weight_sharing, rng):
    model = DMPHN(levels, weight_sharing)
    blur = rng.random((1, 16, 16, 3), np.float32)
    [restored] = model(blur)
    np.testing.assert_allclose(restored[0], oracle.dmphn(model, blur[0]), atol=1e-4)


def test_weight_sharing_uses_one_pair_at_all_levels(rng):
    shared, separate = DMPHN((1, 2), weight_sharing=True), DMPHN((1, 2))
    blur = rng.random((1, 8, 4, 3), np.float32)
    shared(blur), separate(blur)
    weights = shared.get_weights()
    encoder_weights = weights[: len(shared.encoders[0].weights)]
    decoder_weights = weights[len(encoder_weights) :]
    separate.set_weights(encoder_weights * 2 + decoder_weights * 2)
    np.testing.assert_allclose(separate(blur)[0], shared(blur)[0], atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (16, 8), (17, 9), (65, 97)])
def test_deblur_takes_any_size_and_is_the_call_where_nothing_is_padded(size, rng):
    model = DMPHN((1, 2, 4, 8), weight_sharing=True)
    blur = rng.random((2, *size, 3), np.float32)
    restored = model.deblur(blur)
    assert restored.shape == blur.shape
    if size == (16, 8):
        np.testing.assert_array_equal(restored, model(blur)[-1])


def test_deblur_pads_by_reflection(rng):
    model = DMPHN((1, 2, 4))
    blur = rng.random((1, 13, 14, 3), np.float32)
    padded = np.pad(blur, ((0, 0), (0, 3), (0, 2), (0, 0)), "reflect")
    np.testing.assert_allclose(model.deblur(blur), model(padded)[-1][:, :13, :14], atol=1e-6)


@pytest.mark.parametrize("levels", [(), (2, 4), (1, 3), (1, 4, 2)])
def test_impossible_levels_are_refused(levels):
    with pytest.raises(ValueError, match=r"^Received .*expected"):
        DMPHN(levels)


def test_intermediate_images_are_named_and_end_with_the_output(rng):
    model = DMPHN((1, 2, 4))
    blur = rng.random((1, 9, 13, 3), np.float32)
    restored = model.deblur(blur)
    images = model.intermediate_images(blur)
    assert list(images) == ["level_3_residual", "level_2_residual", "output"]
    assert {image.shape for image in images.values()} == {blur.shape}
    np.testing.assert_allclose(images["output"], restored, atol=1e-6)
