"""Pairs that cannot be read, and which it was: errors of the pipeline say why, not where."""

import functools
from typing import NamedTuple

import tensorflow as tf

from tfdeblur.data.pipeline import decoded

# What tf.data raises for an image that is none, or not of its partner's size; a file that was
# removed or locked since it was listed; a damaged record. The first is raised elsewhere as well.
READ_ERRORS = (
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.PermissionDeniedError,
    tf.errors.DataLossError,
)


class Unreadable(NamedTuple):
    """A pair that cannot be read.

    Attributes:
      source: name of the `PairSource`.
      pair: name of the pair, or its number from 0 where it has none.
      reason: one line.
    """

    source: str
    pair: str
    reason: str

    def __str__(self):
        return f"{self.source}: {self.pair}: {self.reason}"


def first_unreadable(source):
    """Reads pair after pair of a `PairSource` or `Mixture` until one fails.

    Returns:
      An `Unreadable`, or None when all can be read.
    """
    parts = getattr(source, "sources", [source])
    return next(filter(None, map(_first_of, parts)), None)


def _first_of(source):
    pair = "pair number 0"
    decode = functools.partial(decoded, dtype=source.dtype)
    try:
        for number, record in enumerate(source.records):
            loaded = source.load(record)
            pair = loaded["name"].numpy().decode() or f"pair number {number}"
            # In a pipeline, where the assertion on sizes is worded as in training.
            list(tf.data.Dataset.from_tensors(loaded).map(decode))
            pair = f"pair number {number + 1}"
    except READ_ERRORS as error:
        return Unreadable(source.name, pair, _reason(error))
    return None


def _reason(error):
    """Without what TensorFlow adds of its own machinery before and after."""
    line = error.message.splitlines()[0].rpartition("}} ")[2]
    before, _, reason = line.rpartition("with iterator: ")
    reason = reason.partition(": ")[2] if before else line
    return reason.partition(" [Op:")[0]
