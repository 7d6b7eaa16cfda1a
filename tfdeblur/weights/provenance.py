"""Which weights figures come from."""

import hashlib

import keras
import numpy as np


def weights_sha256(model):
    """SHA-256 of the values of all weights, in the model's order.

    Of shapes and float32 values, not of a file: the same weights give the same sum
    wherever they are, in memory, in a file of any format, or in a stack built only
    up to the depth that is used (then of the units there are).
    """
    digest = hashlib.sha256()
    for variable in model.weights:
        values = keras.ops.convert_to_numpy(keras.ops.cast(variable, "float32"))
        digest.update(f"{values.shape}".encode())
        digest.update(np.ascontiguousarray(values, "<f4").tobytes())
    return digest.hexdigest()
