"""The precision a network computes in."""

import contextlib

import keras

# Weights stay float32, as in training: 16 bits cannot hold the small steps of an optimizer.
_POLICIES = {
    "float32": "float32",
    "bfloat16": "mixed_bfloat16",
    "float16": "mixed_float16",
}

PRECISIONS = tuple(_POLICIES)


@contextlib.contextmanager
def building_in(precision):
    """Networks built inside compute in `precision`, one of `PRECISIONS`."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(_POLICIES[precision])
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
