"""Seeds of random streams that are independent of each other."""

import zlib

import tensorflow as tf


def stream_seed(purpose, *numbers):
    """A seed for TensorFlow's stateless functions.

    Args:
      purpose: what is drawn, a string; the same numbers for another purpose give
        an independent seed.
      *numbers: integers or scalar integer tensors, e.g. the run's seed and a step.

    Returns:
      An int32 tensor of shape (2,).
    """
    seed = tf.constant([zlib.crc32(purpose.encode()) & 0x7FFFFFFF, 0], tf.int32)
    for number in numbers:
        # Folding takes 32 bits at a time; the upper half of a large number counts too.
        number = tf.cast(number, tf.int64)
        for part in (number % 2**32, number // 2**32):
            seed = tf.random.experimental.stateless_fold_in(seed, part)
    return seed
