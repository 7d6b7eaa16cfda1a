"""The moving average of the weights in place of the weights, for a while."""

import contextlib

import keras

from tfdeblur.training.optimizers import inner_optimizer


@contextlib.contextmanager
def averaged_weights(model):
    """Inside, the weights are their moving averages; without `use_ema`, as they are.

    Gives back the very same bits, which `keras.callbacks.SwapEMAWeights` does not:
    on TensorFlow it swaps by adding and subtracting.
    """
    if keras.backend.backend() == "jax":
        # During `fit` on JAX the values are elsewhere; Keras fetches them, and takes what is
        # assigned after that.
        model.jax_state_sync()
    optimizer = inner_optimizer(model.optimizer)
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
