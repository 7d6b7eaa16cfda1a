"""What networks and their exports are compared with."""

import numpy as np


def in_8_bits(model, images, **options):
    """What `model` makes of uint8 `images`, rounded, by NumPy."""
    restored = np.asarray(model.deblur(images.astype(np.float32) / 255, **options))
    return np.round(255 * restored.clip(0, 1))


def network_with_rounded_weights(model):
    """A copy of `model` with the weights that 16 bits can hold."""
    other = type(model).from_config(model.get_config())
    other.build((None, None, None, 3))
    other.set_weights([np.float32(np.float16(w)) for w in model.get_weights()])
    return other
