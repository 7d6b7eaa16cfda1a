"""How long training waits for its data."""

import time

import tensorflow as tf


class InputWait:
    """Measures the time from asking a dataset for a batch to having it.

    Where a strategy fetches batches ahead of the step that uses them, it is that
    fetching which is measured; it is short where the input keeps up in both cases.
    """

    def __init__(self):
        self._seconds = 0.0
        self._num_batches = 0
        self._asked = 0.0

    def measured(self, dataset):
        """`dataset`, with its waits measured."""
        # zip asks its parts one after another: the clock is read, the batch fetched, and
        # the clock read again by the map after it.
        clock = tf.data.Dataset.from_tensors(0).repeat().map(self._call(self._start))
        waited = tf.data.Dataset.zip(clock, dataset).map(
            lambda tick, batch: self._passed(tick, batch), num_parallel_calls=None
        )
        options = tf.data.Options()
        # Fetching ahead here would measure the fetching, not the training.
        options.experimental_optimization.inject_prefetch = False
        return waited.with_options(options)

    def take_mean_ms(self):
        """Mean wait in milliseconds since the last call, or None if there was no batch."""
        if not self._num_batches:
            return None
        mean = 1000 * self._seconds / self._num_batches
        self._seconds, self._num_batches = 0.0, 0
        return mean

    def _start(self, value):
        self._asked = time.perf_counter()
        return value

    def _stop(self, value):
        self._seconds += time.perf_counter() - self._asked
        self._num_batches += 1
        return value

    def _call(self, function):
        return lambda value: tf.ensure_shape(tf.numpy_function(function, [value], value.dtype), ())

    def _passed(self, tick, batch):
        # The clock is read once the whole batch is there.
        with tf.control_dependencies(tf.nest.flatten(batch)):
            done = self._call(self._stop)(tick)
        with tf.control_dependencies([done]):
            return tf.nest.map_structure(tf.identity, batch)
