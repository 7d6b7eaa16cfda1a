"""The fastest this machine multiplies matrices: what a network's speed is held against.

A convolution is a matrix product in disguise, so the largest plain product is
about what it could reach. A library may compute a 3x3 convolution with fewer
multiplications than its definition has (Winograd), and then even pass it. GPUs
multiply float32 with fewer bits (TF32) where the framework lets them, in
convolutions and in this product alike.
"""

import keras
from keras import ops

from tfdeblur.benchmarks.backend import synchronised
from tfdeblur.benchmarks.timing import seconds_of

_FIRST_SIZE, _LAST_SIZE = 512, 16_384

# A product this long hides what it costs to start it.
_LONG_ENOUGH_SECONDS = 0.05

_REPETITIONS = 3


class MatrixProduct:
    """A product of two large square matrices whose speed can be measured again and again.

    A machine's speed drifts, so whoever compares with it measures in turn.

    Args:
      precision: dtype of the matrices, e.g. "bfloat16".
      first_size: rows of the smallest product to try. The size doubles until a
        product takes long enough to be timed well.
      last_size: rows of the largest.

    Attributes:
      size: rows of the matrices.
    """

    def __init__(self, precision="float32", first_size=_FIRST_SIZE, last_size=_LAST_SIZE):
        self._precision = precision
        self._product = synchronised(ops.matmul, jit_compile=False)
        self._prepare(first_size)
        while self._seconds() < _LONG_ENOUGH_SECONDS and 2 * self.size <= last_size:
            self._prepare(2 * self.size)

    def multiply_adds_per_second(self):
        """What the machine reaches now: the best of three products."""
        return self.size**3 / self._seconds()

    def _prepare(self, size):
        self.size = size
        # Not zeros, with which some devices draw less power and run faster.
        self._factors = [
            ops.cast(keras.random.uniform((size, size), seed=seed), self._precision)
            for seed in (1, 2)
        ]
        self._run()

    def _run(self):
        self._product(*self._factors)

    def _seconds(self):
        return min(seconds_of(self._run) for _ in range(_REPETITIONS))
