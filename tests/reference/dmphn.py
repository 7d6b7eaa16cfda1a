"""DMPHN patch by patch, and stacks of DMPHN(1-2-4) written out as in the paper's figures.

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


# Rows and columns of patches, as [Zhang19] Fig. 3 draws them.
GRIDS = {1: (1, 1), 2: (2, 1), 4: (2, 2), 8: (4, 2), 16: (4, 4)}


def dmphn(model, blur):
    """One image (height, width, 3) in [0, 1] through all levels, patch by patch."""
    x = np.asarray(blur, np.float64) - 0.5
    grids = [GRIDS[num_patches] for num_patches in model.levels]
    residual = feature = 0
    for level in reversed(range(len(grids))):
        pair = 0 if model.weight_sharing else level
        this, coarser = grids[level], grids[max(level - 1, 0)]
        encoded = _per_patch(lambda p, i=pair: encoder(model.encoders[i], p), x + residual, this)
        feature = encoded + feature
        residual = _per_patch(lambda p, i=pair: decoder(model.decoders[i], p), feature, coarser)
    return residual + 0.5


def _per_patch(function, image, grid):
    rows, columns = grid
    return np.vstack(
        [
            np.hstack([function(patch) for patch in np.hsplit(row, columns)])
            for row in np.vsplit(image, rows)
        ]
    )


def stack_of_dmphn_1_2_4(model, blur):
    """The outputs of all units for one image, each in [0, 1]."""
    first, features = _unit(model.units[0], np.asarray(blur, np.float64) - 0.5)
    outputs = [first]
    for unit in model.units[1:]:
        output, features = _unit(unit, outputs[-1], features, first)
        outputs.append(output)
    return [output + 0.5 for output in outputs]


def vmphn_1_2(model, blur):
    """VMPHN of two levels: whole image, halves, halves again, whole image."""
    x = np.asarray(blur, np.float64) - 0.5
    (down_1, down_2), (image_1, image_2) = model.encoders, model.decoders
    feature = encoder(down_1, x)
    x_2 = x + decoder(image_1, feature)
    feature = feature + np.vstack([encoder(down_2, half) for half in np.vsplit(x_2, 2)])
    decoded = np.vstack([decoder(image_2, half) for half in np.vsplit(feature, 2)])

    (up_1, up_2), (last, residual_2) = model.upward.encoders, model.upward.decoders
    halves = np.vsplit(x + decoded, 2)
    feature = feature + np.vstack([encoder(up_2, half) for half in halves])
    feature = feature + encoder(up_1, x + decoder(residual_2, feature))
    return decoder(last, feature) + 0.5


def _unit(model, x, previous=(0, 0, 0), first_output=0):
    """One unit; `previous` are the features of the unit before, finest level first."""
    encoder_1, encoder_2, encoder_3 = model.encoders
    decoder_1, decoder_2, decoder_3 = model.decoders
    top, bottom = np.vsplit(x, 2)

    top_feature = np.hstack([encoder(encoder_3, patch) for patch in np.hsplit(top, 2)])
    bottom_feature = np.hstack([encoder(encoder_3, patch) for patch in np.hsplit(bottom, 2)])
    feature_3 = np.vstack([top_feature, bottom_feature]) + previous[0]
    top_residual, bottom_residual = (decoder(decoder_3, half) for half in np.vsplit(feature_3, 2))

    feature_2 = feature_3 + np.vstack(
        [encoder(encoder_2, top + top_residual), encoder(encoder_2, bottom + bottom_residual)]
    )
    feature_2 = feature_2 + previous[1]
    residual_2 = decoder(decoder_2, feature_2) + first_output

    feature_1 = encoder(encoder_1, x + residual_2) + feature_2 + previous[2]
    return decoder(decoder_1, feature_1), (feature_3, feature_2, feature_1)


def _blocks(blocks, x):
    for block in blocks:
        x = residual_block(block, x)
    return x


def _weights(layer):
    return np.asarray(layer.kernel.numpy(), np.float64), layer.bias.numpy()
