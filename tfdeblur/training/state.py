"""All that training has changed in a model, as plain arrays, and back again.

The same on one device and on many, on TensorFlow and on JAX: what was saved on two
workers continues on one. Reading and writing are local, without a word to other
workers, so the chief may save alone; to restore, every worker restores the same.
"""

import contextlib

import keras
import numpy as np

from tfdeblur.errors import InputError


def training_state(model):
    """Weights and optimizer variables of a compiled model: averages and loss scale too.

    Also inside `fit`, from a callback.

    Returns:
      A dict from "weights/NNNN" and "optimizer/NNNN" to NumPy arrays, copies, in an
      order that depends only on the network and the optimizer.
    """
    return {
        name: np.array(keras.ops.convert_to_numpy(variable))
        for name, variable in _named_variables(model).items()
    }


def restore_training_state(model, state):
    """Puts back what `training_state` returned, into a model built and compiled alike.

    Raises:
      InputError: when the state is of another network or optimizer; nothing is
        assigned then.
    """
    variables = _named_variables(model)
    for name in sorted(variables.keys() | state.keys()):
        expected = tuple(variables[name].shape) if name in variables else "nothing"
        received = np.shape(state[name]) if name in state else "nothing"
        if received != expected:
            path = f" ({variables[name].path})" if name in variables else ""
            raise InputError(
                f"Received {received} as {name}{path}; expected {expected}. The state is of "
                "another network or optimizer; continue with the ones it was saved with."
            )
    for name, variable in variables.items():
        variable.assign(state[name])


@contextlib.contextmanager
def averaged_weights(model):
    """Inside, the weights are their moving averages; without `use_ema`, as they are.

    Gives back the very same bits, which `keras.callbacks.SwapEMAWeights` does not:
    on TensorFlow it swaps by adding and subtracting.
    """
    _sync(model)
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    averages = optimizer._model_variables_moving_average if optimizer.use_ema else []
    weights = optimizer._trainable_variables if optimizer.use_ema else []
    saved = [keras.ops.convert_to_numpy(weight) for weight in weights]
    try:
        _assign(weights, [keras.ops.convert_to_numpy(average) for average in averages])
        yield
    finally:
        _assign(weights, saved)


def _assign(variables, values):
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _named_variables(model):
    _sync(model)
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    groups = {"weights": model.variables, "optimizer": model.optimizer.variables}
    return {
        f"{group}/{i:04d}": variable
        for group, variables in groups.items()
        for i, variable in enumerate(variables)
    }


def _sync(model):
    # During `fit` on JAX the values are elsewhere; Keras fetches them, and takes what is
    # assigned after that.
    if keras.backend.backend() == "jax":
        model.jax_state_sync()
