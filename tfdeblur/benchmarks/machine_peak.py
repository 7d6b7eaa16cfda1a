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
from tfdeblur.benchmarks.timing import measure_seconds

_FIRST_SIZE, _LAST_SIZE = 512, 16_384

# A product this long hides what it costs to start it.
_LONG_ENOUGH_SECONDS = 0.05


def machine_peak(precision="float32", first_size=_FIRST_SIZE, last_size=_LAST_SIZE):
    """Multiply-adds per second of a large square matrix product, the best of five.

    The size doubles until a product takes long enough to be timed well.

    Args:
      precision: dtype of the matrices, e.g. "bfloat16".
      first_size: rows of the smallest product to try.
      last_size: rows of the largest.

    Returns:
      A dict of "multiply_adds_per_second" and "matrix_size", the rows of the product.
    """
    product = synchronised(ops.matmul, jit_compile=False)
    size = first_size
    while True:
        # Not zeros, with which some devices draw less power and run faster.
        left, right = (
            ops.cast(keras.random.uniform((size, size), seed=seed), precision) for seed in (1, 2)
        )
        seconds = min(measure_seconds(lambda a=left, b=right: product(a, b)).timed)
        if seconds >= _LONG_ENOUGH_SECONDS or 2 * size > last_size:
            return {"multiply_adds_per_second": size**3 / seconds, "matrix_size": size}
        size *= 2
