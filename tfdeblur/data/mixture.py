"""Several collections of pairs drawn from at random ([Gao19]'s "Ours+": GoPro and their own)."""

import numpy as np
import tensorflow as tf

from tfdeblur.data.pair_source import stream_seed
from tfdeblur.errors import InputError

_COUNTING_CHUNK = 1 << 20


class Mixture:
    """Sources that are visited at random, in proportion to their weights.

    Which source the v-th visit goes to depends on the seed and v alone, so that
    a stream can begin anywhere without making what comes before.

    Args:
      sources: list of `PairSource`.
      weights: positive numbers, one per source; None takes the numbers of pairs,
        which makes every pair of every source equally likely.

    Raises:
      InputError: when weights do not match the sources.
    """

    def __init__(self, sources, weights=None):
        self.sources = list(sources)
        self.weights = [s.num_pairs for s in self.sources] if weights is None else list(weights)
        if len(self.weights) != len(self.sources) or min(self.weights, default=0) <= 0:
            raise InputError(
                f"Received weights {self.weights} for {len(self.sources)} sources; expected one "
                "positive number for each."
            )
        self.name = " + ".join(source.name for source in self.sources)
        self.num_pairs = sum(source.num_pairs for source in self.sources)
        self.dtype = "uint16" if "uint16" in {s.dtype for s in self.sources} else "uint8"

    def in_words(self):
        """As `PairSource.in_words`, of every source."""
        return "; ".join(source.in_words() for source in self.sources)

    def visits(self, seed, start):
        """As `PairSource.visits`; records are loaded, since their kinds differ."""
        counts = self._visits_before(seed, start)
        streams = [
            # Each source has a seed of its own, or equal collections would move in step.
            source.visits(seed + i, count).map(source.load, num_parallel_calls=tf.data.AUTOTUNE)
            for i, (source, count) in enumerate(zip(self.sources, counts, strict=True))
        ]
        choices = tf.data.Dataset.range(start, tf.int64.max).map(
            lambda visit: self._choice(seed, visit)
        )
        return tf.data.Dataset.choose_from_datasets(streams, choices)

    def load(self, record):
        """Records of `visits` are loaded already."""
        return record

    def _choice(self, seed, visit):
        uniform = tf.random.stateless_uniform(
            (), stream_seed("choice of a source", seed, visit), dtype=tf.float64
        )
        bounds = np.cumsum(self.weights)[:-1] / np.sum(self.weights)
        return tf.searchsorted(bounds, [uniform], side="right", out_type=tf.int64)[0]

    def _visits_before(self, seed, start):
        counts = np.zeros(len(self.sources), np.int64)
        choose = tf.function(
            lambda visits: tf.map_fn(lambda visit: self._choice(seed, visit), visits),
            input_signature=[tf.TensorSpec([None], tf.int64)],
        )
        for begin in range(0, start, _COUNTING_CHUNK):
            visits = np.arange(begin, min(begin + _COUNTING_CHUNK, start))
            counts += np.bincount(choose(visits), minlength=len(counts))
        return counts.tolist()
