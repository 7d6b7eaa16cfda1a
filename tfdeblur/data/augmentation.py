"""Random changes made to both images of a pair alike.

Every function takes crops in [0, 1] and a seed of two integers that determines
the outcome. Colour changes are those of the DMPHN release; the PSS-NSC paper
trains on grayscale crops without any augmentation.
"""

import tensorflow as tf

# ITU-R BT.601 luma; with 0.2989 as [Gao19] and MATLAB have it.
GRAY_WEIGHTS = (0.2989, 0.587, 0.114)

# [Zhang19]'s release for the stacked models.
SATURATION_RANGE = (0.8, 1.2)


def random_flip(blur, sharp, seed):
    """Mirrors left to right, in half of the cases."""
    mirrored = tf.random.stateless_uniform((), seed) < 0.5
    return tuple(tf.cond(mirrored, lambda x=x: x[:, ::-1], lambda x=x: x) for x in (blur, sharp))


def random_rotation(blur, sharp, seed):
    """Rotates square crops by 0, 90, 180 or 270 degrees."""
    turns = tf.random.stateless_uniform((), seed, 0, 4, tf.int32)
    return tf.image.rot90(blur, turns), tf.image.rot90(sharp, turns)


def random_saturation(blur, sharp, seed):
    """Moves colours away from or towards their gray value by a factor in `SATURATION_RANGE`."""
    factor = tf.random.stateless_uniform((), seed, *SATURATION_RANGE)
    return tuple(
        tf.clip_by_value(factor * x + (1 - factor) * _gray(x), 0.0, 1.0) for x in (blur, sharp)
    )


def random_channel_shuffle(blur, sharp, seed):
    """Permutes R, G and B."""
    order = tf.random.experimental.stateless_shuffle(tf.range(3), seed)
    return tf.gather(blur, order, axis=-1), tf.gather(sharp, order, axis=-1)


def to_grayscale(blur, sharp, seed):
    """(h, w, 3) -> (h, w, 1); not random, `seed` is not used."""
    del seed
    return _gray(blur), _gray(sharp)


AUGMENTATIONS = {
    "flip": random_flip,
    "rotation": random_rotation,
    "saturation": random_saturation,
    "channel_shuffle": random_channel_shuffle,
    "grayscale": to_grayscale,
}


def _gray(x):
    return tf.tensordot(x, tf.constant(GRAY_WEIGHTS, x.dtype), 1)[..., None]
