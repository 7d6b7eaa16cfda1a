"""A collection of pairs as the input pipeline needs it, in an order that a seed decides."""

import dataclasses
import zlib
from collections.abc import Callable

import numpy as np
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class PairSource:
    """A finite collection of pairs in a fixed order, not yet decoded.

    Attributes:
      name: for messages and reports.
      num_pairs: length of the collection.
      records: dataset of one element per pair, always in the same order: paths,
        or encoded images where only reading them tells where they are.
      load: function (in a graph) from a record to a dict of encoded images as
        strings "blur" and "sharp" and the pair's unique "name".
      shuffle_buffer: elements of `records` that are held at once and permuted;
        num_pairs permutes the whole collection.
      version: which edition of a published collection, e.g. "gopro/blur/1.0.0";
        empty where there is none.
      fingerprint: differs when the content does, as far as can be told without
        reading all of it.
      partial: whether it is known to lack pairs of the published collection.
      dtype: what its images are decoded as: "uint16" where any has 16 bits, else "uint8".
      layout: how files were found to be pairs, in words; empty where nothing was found out.
    """

    name: str
    num_pairs: int
    records: tf.data.Dataset
    load: Callable
    shuffle_buffer: int
    version: str = ""
    fingerprint: str = ""
    partial: bool = False
    dtype: str = "uint8"
    layout: str = ""

    def in_words(self):
        """Its name, the number of its pairs and how they were recognized."""
        recognized = f" ({self.layout})" if self.layout else ""
        pairs = "pair" if self.num_pairs == 1 else "pairs"
        return f"{self.name}: {self.num_pairs:,} {pairs}{recognized}"

    def select(self, positions):
        """The pairs at these positions alone, in the order of the collection.

        Args:
          positions: distinct integers from 0 to num_pairs - 1. Records elsewhere are
            passed over before they are loaded.
        """
        wanted = np.zeros(self.num_pairs, bool)
        wanted[list(positions)] = True
        wanted = tf.constant(wanted)
        records = self.records.enumerate().filter(lambda position, _: wanted[position])
        return dataclasses.replace(
            self,
            num_pairs=len(positions),
            records=records.map(lambda _, record: record),
            shuffle_buffer=min(self.shuffle_buffer, len(positions)),
        )

    def visits(self, seed, start):
        """An endless stream of records, one permutation of the collection after another.

        Args:
          seed: integer; the same seed gives the same stream.
          start: number of records to pass over, without reading earlier epochs.
        """
        first_epoch, offset = divmod(start, self.num_pairs)
        epochs = tf.data.Dataset.range(first_epoch, tf.int64.max)

        def shuffled(epoch):
            # Window after window is permuted rather than a buffer refilled: Dataset.shuffle
            # depends on TensorFlow's global seed and on all that was drawn before.
            windows = self.records.batch(self.shuffle_buffer).enumerate()
            return windows.map(
                lambda number, window: _permuted(window, stream_seed("visits", seed, epoch, number))
            ).unbatch()

        return epochs.flat_map(shuffled).skip(offset)


def stream_seed(purpose: str, *numbers: int | tf.Tensor) -> tf.Tensor:
    """A seed for TensorFlow's stateless functions.

    Args:
      purpose: what is drawn; the same numbers for another purpose give
        an independent seed.
      *numbers: integers or scalar tensors of them, e.g. the run's seed and a step.

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


def _permuted(window, seed):
    length = tf.shape(tf.nest.flatten(window)[0])[0]
    order = tf.random.experimental.stateless_shuffle(tf.range(length), seed)
    return tf.nest.map_structure(lambda values: tf.gather(values, order), window)
