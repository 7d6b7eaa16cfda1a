"""Encoder, decoder and what they are made of, against the NumPy transcription."""

import keras
import numpy as np
import pytest

from tests.reference import dmphn as oracle
from tests.reference.convolutions import conv
from tfdeblur.layers import Decoder, DownsamplingConv, Encoder, ResidualBlock
from tfdeblur.layers.residual_block import residual_blocks


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


def test_variance_preserving_keeps_the_size_of_the_features(rng):
    """From the image to the features and back to an image, where the release loses it."""
    x = rng.normal(size=(2, 64, 64, 3)).astype(np.float32)

    def stages(initialisation):
        encoded = Encoder(initialisation=initialisation)(x)
        return np.std(encoded), np.std(Decoder(initialisation=initialisation)(encoded))

    for deviation in stages("variance_preserving"):
        assert 0.5 < deviation < 2
    assert stages("release")[1] < 0.2


def test_other_initialisations_are_refused():
    for layer in (Encoder, Decoder):
        with pytest.raises(ValueError, match="'he'; expected one of release, variance_preserving"):
            layer(initialisation="he")


def test_blocks_may_differ_from_stage_to_stage():
    encoder = Encoder((4, 6, 8), blocks_per_stage=(0, 1, 3))
    decoder = Decoder((8, 6, 4), blocks_per_stage=(3, 1, 0))
    assert [len(blocks) for blocks in encoder.blocks] == [0, 1, 3]
    assert [[block.filters for block in blocks] for blocks in decoder.blocks] == [[8] * 3, [6], []]
    assert encoder(np.zeros((1, 8, 8, 3), np.float32)).shape == (1, 2, 2, 8)


@pytest.mark.parametrize("blocks", [(1, 2), (1, 2, 3, 4), (1, 2, -1)])
def test_blocks_that_do_not_fit_the_stages(blocks):
    with pytest.raises(ValueError, match="expected one number of blocks"):
        residual_blocks((4, 6, 8), blocks)


def test_layers_come_back_from_their_configuration():
    for layer in (
        Encoder((4, 6), (0, 2), "variance_preserving"),
        Decoder((6, 4), (2, 0), initialisation="variance_preserving"),
        DownsamplingConv(4, "variance_preserving"),
        ResidualBlock(4, "variance_preserving"),
    ):
        again = type(layer).from_config(layer.get_config())
        assert again.get_config() == layer.get_config()
        assert again.initialisation == "variance_preserving"
