"""The moving average of the weights in place of the weights, for a while."""

import contextlib

import keras

from tfdeblur.training.optimizers import inner_optimizer


@contextlib.contextmanager
def averaged_weights(model):
    """Lets `model` compute with the optimizer's moving average, where it keeps one.

    Keras's callback for it swaps at points of `fit` that are not ours; it finds the
    averages where this does.
    """
    averages = getattr(inner_optimizer(model.optimizer), "_model_variables_moving_average", None)
    if not averages:
        yield
        return
    kept = [keras.ops.convert_to_numpy(variable) for variable in model.trainable_variables]
    for variable, average in zip(model.trainable_variables, averages, strict=True):
        variable.assign(average)
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, kept, strict=True):
            variable.assign(value)
