"""DMPHN(1-2-4) written out patch by patch, as in the figures of the paper.

Reads only kernels and biases from the Keras layers; every operation is NumPy.
"""

import numpy as np

from tests.reference.convolutions import conv, deconv, relu


def residual_block(block, x):
    """X + conv(relu(conv(x)))."""
    inner = relu(conv(x, *_weights(block.conv_1)))
    return x + conv(inner, *_weights(block.conv_2))


def encoder(layer, x):
    """The encoder's three stages."""
    first, second, third = layer.convs
    x = _blocks(layer.blocks[0], conv(x, *_weights(first)))
    x = _blocks(layer.blocks[1], conv(x, *_weights(second.conv), stride=2))
    return _blocks(layer.blocks[2], conv(x, *_weights(third.conv), stride=2))


def decoder(layer, x):
    """The decoder's three stages."""
    first, second, third = layer.convs
    x = deconv(_blocks(layer.blocks[0], x), *_weights(first))
    x = deconv(_blocks(layer.blocks[1], x), *_weights(second))
    return conv(_blocks(layer.blocks[2], x), *_weights(third))


def dmphn_1_2_4(model, blur):
    """One image (height, width, 3) in [0, 1] through the three levels."""
    encoder_1, encoder_2, encoder_3 = model.encoders
    decoder_1, decoder_2, decoder_3 = model.decoders
    x = np.asarray(blur, np.float64) - 0.5
    top, bottom = np.vsplit(x, 2)

    top_feature = np.hstack([encoder(encoder_3, patch) for patch in np.hsplit(top, 2)])
    bottom_feature = np.hstack([encoder(encoder_3, patch) for patch in np.hsplit(bottom, 2)])
    feature_3 = np.vstack([top_feature, bottom_feature])
    top_residual = decoder(decoder_3, top_feature)
    bottom_residual = decoder(decoder_3, bottom_feature)

    feature_2 = feature_3 + np.vstack(
        [encoder(encoder_2, top + top_residual), encoder(encoder_2, bottom + bottom_residual)]
    )
    residual_2 = decoder(decoder_2, feature_2)

    feature_1 = encoder(encoder_1, x + residual_2) + feature_2
    return decoder(decoder_1, feature_1) + 0.5


def _blocks(blocks, x):
    for block in blocks:
        x = residual_block(block, x)
    return x


def _weights(layer):
    return np.asarray(layer.kernel.numpy(), np.float64), layer.bias.numpy()
