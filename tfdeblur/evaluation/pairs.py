"""Reading the pairs of an evaluation, whole and in order."""

import tensorflow as tf

from tfdeblur.data import evaluation_pairs
from tfdeblur.errors import InputError


def read_pairs(source, positions):
    """The pairs at `positions`, ascending, with their names as text.

    Raises:
      InputError: while iterating, for a pair that cannot be read.
    """
    done = 0
    try:
        for pair in evaluation_pairs(source.select(positions)).as_numpy_iterator():
            name = pair["name"].decode() or f"{positions[done]:06d}"
            yield {**pair, "name": name}
            done += 1
    except tf.errors.InvalidArgumentError as error:
        [reason, *_] = error.message.splitlines()
        raise InputError(
            f"{source.name}: pair number {positions[done]} cannot be read: {reason}"
        ) from None
