"""Trains a tiny network with a distribution and writes what came out.

usage: python -m tests.training.train_distributed DISTRIBUTION PREFIX [RUN ...]

For each RUN of `RUNS` writes PREFIX_RUN.npz: the weights after training, the
optimizer's variables, and the losses of the epochs, as this process sees them.
"""

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tfdeblur.models import PSSNSC
from tfdeblur.training.precision import precision_scope
from tfdeblur.training.strategies import distribution

NUM_STEPS, GLOBAL_BATCH = 3, 4


def adam(**options):
    return keras.optimizers.Adam(1e-3, **options)


def sgd(**options):
    return keras.optimizers.SGD(1e-2, **options)


def scaled_sgd():
    # Low enough for this network never to overflow, so that every step is taken.
    return keras.optimizers.LossScaleOptimizer(sgd(global_clipnorm=0.05), initial_scale=2.0**7)


# Gradients of this data have norms around 1, so a norm of 0.05 always clips.
RUNS = {
    "adam": (adam, "float32"),
    "sgd": (sgd, "float32"),
    "global_clipnorm": (lambda: sgd(global_clipnorm=0.05), "float32"),
    "clipnorm": (lambda: sgd(clipnorm=0.02), "float32"),
    "clipvalue": (lambda: sgd(clipvalue=1e-3), "float32"),
    "ema": (lambda: adam(use_ema=True, ema_momentum=0.5, weight_decay=0.1), "float32"),
    "bfloat16": (sgd, "bfloat16"),
    "float16": (scaled_sgd, "float16"),
}


def global_batches():
    """(steps, batch, height, width, channels), blurred and sharp."""
    random = np.random.RandomState(0)
    shape = (NUM_STEPS, GLOBAL_BATCH, 16, 16, 1)
    blur, sharp = random.rand(*shape), random.rand(*shape)
    # The images of a batch differ in contrast, so that the gradients of its parts do too.
    contrast = np.linspace(0.2, 1, GLOBAL_BATCH).reshape(-1, 1, 1, 1)
    return [(contrast * images).astype("float32") for images in (blur, sharp)]


def new_model(distributed, run="adam"):
    """A compiled network whose initial weights are always the same."""
    make_optimizer, precision = RUNS[run]
    with distributed.scope():
        with precision_scope(precision):
            model = PSSNSC(num_scales=2, filters=(4, 6), units=1)
            model.build((None, None, None, 1))
        random = np.random.RandomState(1)
        model.set_weights([0.1 * random.standard_normal(w.shape) for w in model.get_weights()])
        model = distributed.prepare(model)
        # XLA would compile for longer than it runs; JAX compiles whatever it is told.
        model.compile(make_optimizer(), jit_compile=keras.backend.backend() == "jax")
    return model


def local_dataset(distributed):
    """What `fit` takes on this worker, endless."""
    size = GLOBAL_BATCH // distributed.num_workers
    mine = slice(distributed.worker * size, (distributed.worker + 1) * size)
    parts = tuple(images[:, mine] for images in global_batches())
    return distributed.dataset(tf.data.Dataset.from_tensor_slices(parts).repeat())


def train(distributed, run):
    """A dict of arrays: weights, optimizer variables, losses."""
    distributed.check(GLOBAL_BATCH)
    model = new_model(distributed, run)
    history = model.fit(
        local_dataset(distributed), steps_per_epoch=NUM_STEPS, epochs=2, shuffle=False, verbose=0
    )
    variables = [*model.trainable_variables, *model.optimizer.variables]
    result = {str(i): keras.ops.convert_to_numpy(v) for i, v in enumerate(variables)}
    return {**result, "loss": np.array(history.history["loss"])}


if __name__ == "__main__":
    name, prefix, *runs = sys.argv[1:]
    distributed = distribution(name)
    for run in runs:
        np.savez(Path(f"{prefix}_{run}.npz"), **train(distributed, run))
    print(distributed.num_replicas, "replicas")
