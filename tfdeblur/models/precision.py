"""The arithmetic of a network, by name."""

import contextlib

import keras

from tfdeblur.choices import PRECISIONS
from tfdeblur.errors import InputError


@contextlib.contextmanager
def precision_scope(name):
    """Layers and models made inside compute in this precision.

    Weights, optimizer state, gradients and the loss are float32 in all of them,
    so weight files do not depend on the precision. Build the model inside:
    layers take the policy when they are made, and a `dtype` given to a model does
    not reach its layers. Training may run outside.

    Args:
      name: one of `tfdeblur.choices.PRECISIONS`. "bfloat16" and "float16" are mixed precision;
        with float16 `compile` scales the loss dynamically.

    Raises:
      InputError: for another name.
    """
    if name not in PRECISIONS:
        raise InputError(f"Received precision {name!r}; expected one of {', '.join(PRECISIONS)}.")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name if name == "float32" else f"mixed_{name}")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
