"""What the input pipeline needs to know of any collection of pairs."""

import dataclasses
from collections.abc import Callable

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class PairSource:
    """A finite collection of pairs in a fixed order, not yet decoded.

    Attributes:
      name: for messages and reports.
      num_pairs: length of the collection.
      records: dataset of one cheap element per pair, e.g. two paths, always in
        the same order. It is shuffled as it stands, so it must not hold images.
      load: function (in a graph) from a record to a dict of encoded images as
        strings "blur" and "sharp" and the pair's unique "name".
      shuffle_buffer: elements of `records` to hold for a shuffle; num_pairs
        gives a perfect one.
    """

    name: str
    num_pairs: int
    records: tf.data.Dataset
    load: Callable
    shuffle_buffer: int

    def visits(self, seed, start):
        """An endless stream of records, one permutation of the collection after another.

        Args:
          seed: integer; the same seed gives the same stream.
          start: number of records to pass over, without reading earlier epochs.
        """
        first_epoch, offset = divmod(start, self.num_pairs)
        epochs = tf.data.Dataset.range(first_epoch, tf.int64.max)

        def shuffled(epoch):
            # The epoch is part of the seed, so that any epoch can be made without those before.
            return self.records.shuffle(
                self.shuffle_buffer, seed=tf.constant(seed, tf.int64) * 1_000_003 + epoch
            )

        return epochs.flat_map(shuffled).skip(offset)
