"""A network of a few hundred weights, compiled and trained for a few steps."""

import functools

import keras
import numpy as np

from tfdeblur.models import DMPHN
from tfdeblur.training import schedules
from tfdeblur.training.optimizers import OptimizerSettings, build_optimizer


def tiny_dmphn(**arguments):
    """DMPHN(1) with four channels, built."""
    model = DMPHN((1,), filters=(4, 4, 4), blocks_per_stage=1, **arguments)
    model.build((None, None, None, 3))
    return model


def random_pairs(seed=0, num_pairs=2, size=8):
    """(blur, sharp), float32 in [0, 1]."""
    generator = np.random.default_rng(seed)
    return tuple(generator.random((2, num_pairs, size, size, 3), np.float32))


def compiled(model=None, **settings):
    """The network with an optimizer of the project."""
    model = model or tiny_dmphn()
    schedule = functools.partial(schedules.constant, learning_rate=1e-2)
    settings = {"schedule": schedule, **settings}
    model.compile(build_optimizer(OptimizerSettings(**settings), 100))
    model.optimizer.build(model.trainable_variables)
    return model


def step(model, seed=0):
    """One optimizer step; returns the loss before it."""
    return float(np.asarray(model.train_on_batch(*random_pairs(seed))).ravel()[0])


def values(variables):
    """Copies of variables as arrays."""
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]
