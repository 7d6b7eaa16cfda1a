"""PSNR by hand, and scikit-image's."""

import keras
import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from tests.metrics.pairs import blurred_pairs
from tfdeblur.metrics import PSNR, psnr
from tfdeblur.ops.image_range import quantise, to_unit_range


def test_by_hand():
    black = np.zeros((3, 4, 5, 1), "float32")
    values = psnr(black + np.float32([1.0, 0.1, 0.001])[:, None, None, None], black)
    np.testing.assert_allclose(values, [0, 20, 60], atol=1e-4)


def test_is_scikit_images():
    blurred, sharp = blurred_pairs()
    expected = [
        peak_signal_noise_ratio(s, b, data_range=1) for b, s in zip(blurred, sharp, strict=True)
    ]
    np.testing.assert_allclose(psnr(blurred, sharp), expected, atol=1e-4)


def test_equal_images_are_infinitely_near():
    _, sharp = blurred_pairs()
    assert np.all(np.isposinf(psnr(sharp, sharp)))


def test_half_precision_is_not_used_for_sums():
    blurred, sharp = blurred_pairs()
    halves = [keras.ops.cast(images, "bfloat16") for images in (blurred, sharp)]
    values = psnr(*halves)
    assert keras.backend.standardize_dtype(values.dtype) == "float32"
    exact = psnr(*(keras.ops.cast(images, "float32") for images in halves))
    np.testing.assert_allclose(values, exact)


def test_quantisations_differ_by_what_they_lose(rng):
    """The error of rounding is uniform in half a level on both sides, of truncating in one."""
    values = rng.random((1, 200, 200, 3), np.float32)
    stored = {
        how: to_unit_range(keras.ops.convert_to_numpy(quantise(values, quantisation=how)))
        for how in ("round", "floor")
    }
    level = 1 / 255
    assert float(psnr(stored["round"], values)[0]) == pytest.approx(
        -10 * np.log10(level**2 / 12), abs=0.05
    )
    assert float(psnr(stored["floor"], values)[0]) == pytest.approx(
        -10 * np.log10(level**2 / 3), abs=0.05
    )


def test_metric_counts_every_image_once():
    blurred, sharp = blurred_pairs()
    blurred, sharp = np.concatenate([blurred, sharp * 0.9]), np.concatenate([sharp, sharp])
    metric = PSNR()
    metric.update_state(sharp[:3], blurred[:3])
    metric.update_state(sharp[3:], blurred[3:])
    assert float(metric.result()) == pytest.approx(float(np.mean(psnr(blurred, sharp))), rel=1e-6)
    metric.reset_state()
    metric.update_state(sharp[:1], blurred[:1])
    assert float(metric.result()) == pytest.approx(float(psnr(blurred, sharp)[0]), rel=1e-6)


def test_metric_survives_serialisation():
    restored = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(PSNR(name="held_out_psnr_db"))
    )
    assert isinstance(restored, PSNR)
    assert restored.name == "held_out_psnr_db"
