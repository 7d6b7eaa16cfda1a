"""The Charbonnier loss, against NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfdeblur.losses import Charbonnier


@pytest.mark.parametrize("epsilon", [1e-3, 0.5])
def test_it_is_the_mean_of_smoothed_absolute_errors_of_every_output(rng, epsilon):
    sharp = rng.random((3, 8, 6, 3), np.float32)
    outputs = [sharp + 0.1 * rng.standard_normal(sharp.shape, np.float32) for _ in range(2)]
    expected = [np.sqrt((output - sharp) ** 2 + epsilon**2).mean() for output in outputs]
    loss = Charbonnier(epsilon)
    assert list(map(float, loss.terms(outputs, sharp))) == pytest.approx(expected, rel=1e-5)
    assert float(loss(outputs, sharp)) == pytest.approx(sum(expected), rel=1e-5)


def test_perfect_images_have_no_slope_and_far_ones_that_of_the_absolute_error():
    sharp = np.full((1, 2, 2, 1), 0.5, np.float32)
    for error, slope in ((0.0, 0.0), (0.4, 0.25), (-0.4, -0.25)):
        output = tf.Variable(sharp + error)
        with tf.GradientTape() as tape:
            loss = Charbonnier()([output], sharp)
        gradient = tape.gradient(loss, output).numpy()
        np.testing.assert_allclose(gradient, np.full_like(sharp, slope), atol=1e-5)


def test_half_precision_is_measured_in_full(rng):
    sharp = rng.random((1, 8, 8, 3), np.float32)
    output = keras.ops.cast(sharp, "bfloat16")
    rounded = keras.ops.convert_to_numpy(keras.ops.cast(output, "float32"))
    loss = Charbonnier()([output], sharp)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    expected = np.sqrt((rounded - sharp) ** 2 + 1e-6).mean()
    assert float(loss) == pytest.approx(expected, rel=1e-4)
