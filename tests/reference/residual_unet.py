"""The residual U-Net pixel by pixel: reads only kernels and biases from the Keras layers."""

import numpy as np

from tests.reference.convolutions import conv
from tests.reference.dmphn import residual_block


def residual_unet(model, blur):
    """One image (height, width, 3) in [0, 1], restored."""
    x = conv(folded(np.asarray(blur, np.float64)), *_weights(model.first_conv))
    skips = []
    for stage, down in enumerate(model.downs):
        x = _blocks(model.encoder[stage], x)
        skips.append(x)
        x = conv(x, *_weights(down), stride=2, padding=0)
    x = _blocks(model.encoder[-1], x)
    for stage in (2, 1, 0)[-len(model.ups) :]:
        x = unfolded(x @ model.ups[stage].kernel.numpy()[0, 0]) + skips[stage]
        x = _blocks(model.decoder[stage], x)
    return blur + unfolded(conv(x, *_weights(model.last_conv)))


def folded(image):
    """(2h, 2w, c) -> (h, w, 4c): the top left pixel of four, the right one, those below."""
    corners = [image[row::2, column::2] for row in (0, 1) for column in (0, 1)]
    return np.concatenate(corners, axis=-1)


def unfolded(x):
    """The inverse of `folded`."""
    height, width, channels = x.shape
    image = np.empty((2 * height, 2 * width, channels // 4))
    corners = np.split(x, 4, axis=-1)
    for (row, column), corner in zip(((0, 0), (0, 1), (1, 0), (1, 1)), corners, strict=True):
        image[row::2, column::2] = corner
    return image


def _blocks(blocks, x):
    for block in blocks:
        x = residual_block(block, x)
    return x


def _weights(layer):
    return np.asarray(layer.kernel.numpy(), np.float64), layer.bias.numpy()
