"""Minus PSNR as a loss, against NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfdeblur.losses import NegativePSNR


def numpy_loss(outputs, sharp, floor=1e-5):
    errors = [np.square(output - sharp).mean(axis=(1, 2, 3)) for output in outputs]
    return sum(np.mean(10 * np.log10(error + floor)) for error in errors)


@pytest.mark.parametrize("num_outputs", [1, 3])
def test_it_is_the_mean_of_the_images_in_decibels(rng, num_outputs):
    sharp = rng.random((4, 8, 6, 3), np.float32)
    # Errors of very different size, which a PSNR of the whole batch would not tell apart.
    scale = np.float32([0.001, 0.01, 0.1, 1]).reshape(4, 1, 1, 1)
    outputs = [sharp + scale * rng.standard_normal(sharp.shape, np.float32)] * num_outputs
    loss = NegativePSNR()
    assert float(loss(outputs, sharp)) == pytest.approx(numpy_loss(outputs, sharp), rel=1e-4)
    assert len(loss.terms(outputs, sharp)) == num_outputs
    assert sum(map(float, loss.terms(outputs, sharp))) == pytest.approx(float(loss(outputs, sharp)))


def test_outputs_of_several_scales_have_targets_of_their_size(rng):
    sharp = rng.random((2, 8, 8, 3), np.float32)
    half = sharp.reshape(2, 4, 2, 4, 2, 3).mean(axis=(2, 4))
    outputs = [half + 0.1, sharp + 0.01]
    terms = NegativePSNR(multi_scale=True).terms(outputs, sharp)
    assert list(map(float, terms)) == pytest.approx(
        [10 * np.log10(1e-2 + 1e-5), 10 * np.log10(1e-4 + 1e-5)], abs=1e-3
    )


@pytest.mark.parametrize("floor", [1e-5, 1e-3])
def test_perfect_images_have_a_finite_loss_and_slope(floor):
    sharp = keras.ops.full((1, 4, 4, 3), 0.5)
    output = tf.Variable(sharp)
    with tf.GradientTape() as tape:
        loss = NegativePSNR(floor)([output], sharp)
    assert float(loss) == pytest.approx(10 * np.log10(floor), rel=1e-5)
    assert np.isfinite(tape.gradient(loss, output).numpy()).all()


def test_half_precision_is_measured_in_full(rng):
    """A squared error of 1e-6 is below what bfloat16 tells from nothing beside 0.5."""
    sharp = rng.random((1, 8, 8, 3), np.float32)
    output = keras.ops.cast(sharp, "bfloat16")
    expected = numpy_loss([keras.ops.convert_to_numpy(keras.ops.cast(output, "float32"))], sharp)
    loss = NegativePSNR()([output], sharp)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    assert float(loss) == pytest.approx(expected, rel=1e-4)
