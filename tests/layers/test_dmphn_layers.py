"""Encoder, decoder and what they are made of, against the NumPy transcription."""

import keras
import numpy as np
import pytest

from tests.reference import dmphn as oracle
from tests.reference.convolutions import conv
from tfdeblur.layers import Decoder, DownsamplingConv, Encoder, ResidualBlock


def assert_equals_oracle(layer, x, oracle_function):
    layer(x)
    for variable in layer.weights:  # biases too, which begin as zeros
        variable.assign(keras.random.normal(variable.shape, stddev=0.1))
    expected = [oracle_function(layer, image) for image in x]
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-4)


def test_residual_block(rng):
    x = rng.normal(size=(2, 5, 4, 6)).astype(np.float32)
    assert_equals_oracle(ResidualBlock(6), x, oracle.residual_block)


@pytest.mark.parametrize("size", [(6, 8), (5, 7), (2, 2)])
def test_downsampling_pads_every_side(size, rng):
    x = rng.normal(size=(2, *size, 3)).astype(np.float32)

    def expected(layer, image):
        return conv(image, layer.conv.kernel.numpy(), layer.conv.bias.numpy(), stride=2)

    layer = DownsamplingConv(4)
    assert_equals_oracle(layer, x, expected)
    assert layer(x).shape == layer.compute_output_shape(x.shape)


def test_encoder(rng):
    assert_equals_oracle(Encoder(), rng.random((1, 8, 4, 3), np.float32) - 0.5, oracle.encoder)


def test_decoder(rng):
    assert_equals_oracle(Decoder(), rng.random((1, 2, 1, 128), np.float32), oracle.decoder)


@pytest.mark.parametrize(
    ("layer", "channels"), [(Encoder(), 3), (Decoder(), 128)], ids=["encoder", "decoder"]
)
def test_initialisation_is_the_release_s(layer, channels):
    """Normal with variance 0.5 / (kernel area x output channels), biases zero."""
    layer.build((None, None, None, channels))
    for kernel in (v for v in layer.weights if v.name == "kernel"):
        is_deconv = "deconv" in kernel.path
        outputs = kernel.shape[2] if is_deconv else kernel.shape[3]
        expected = np.sqrt(0.5 / (kernel.shape[0] ** 2 * outputs))
        if np.prod(kernel.shape) > 5000:  # enough values to estimate a deviation to 5 %
            assert np.std(kernel.numpy()) == pytest.approx(expected, rel=0.05), kernel.path
    for bias in (v for v in layer.weights if v.name == "bias"):
        assert not np.any(bias.numpy())
