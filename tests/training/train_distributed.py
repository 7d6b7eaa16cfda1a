"""Trains a tiny network with some distributions and writes what came out.

usage: python -m tests.training.train_distributed DISTRIBUTION[,DISTRIBUTION] PREFIX RUN[,RUN]

For each RUN of `RUNS` writes PREFIX_DISTRIBUTION_WORKER_RUN.npz, see `train`.
"""

import sys

import keras
import numpy as np
import tensorflow as tf

from tfdeblur.models import PSSNSC
from tfdeblur.models.precision import precision_scope
from tfdeblur.training.averaging import averaged_weights
from tfdeblur.training.checkpoints import Checkpoints
from tfdeblur.training.strategies import distribution

NUM_STEPS, GLOBAL_BATCH = 3, 4


def sgd(**options):
    return keras.optimizers.SGD(1e-2, **options)


def averaging_adam():
    return keras.optimizers.Adam(1e-3, use_ema=True, ema_momentum=0.5, weight_decay=0.1)


def scaled_sgd():
    # Low enough for this network never to overflow, so that every step is taken.
    return keras.optimizers.LossScaleOptimizer(sgd(global_clipnorm=0.05), initial_scale=2.0**7)


# Gradients of this data have norms around 1, so that all of these clip in every step.
RUNS = {
    "sgd": (sgd, "float32"),
    "global_clipnorm": (lambda: sgd(global_clipnorm=0.05), "float32"),
    "clipnorm": (lambda: sgd(clipnorm=0.02), "float32"),
    "ema": (averaging_adam, "float32"),
    # The same, continued by a new model from the state of another.
    "resumed": (averaging_adam, "float32"),
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


def new_model(distributed, run="sgd", seed=1):
    """A compiled network with the initial weights of a seed, on every backend."""
    make_optimizer, precision = RUNS[run]
    with distributed.scope():
        with precision_scope(precision):
            model = PSSNSC(num_scales=2, filters=(4, 6), units=1)
            model.build((None, None, None, 1))
        random = np.random.RandomState(seed)
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


def fit(model, distributed, epochs, **options):
    """The losses of the epochs, each of which sees all of `global_batches` once."""
    history = model.fit(
        local_dataset(distributed),
        steps_per_epoch=NUM_STEPS,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        **options,
    )
    return history.history


class SaveAtTheEnd(keras.callbacks.Callback):
    """Saves a checkpoint, having looked at the averaged weights before."""

    def __init__(self, folder):
        super().__init__()
        self.checkpoints = Checkpoints(folder)

    def on_epoch_end(self, epoch, logs=None):
        with averaged_weights(self.model):
            pass
        self.checkpoints.save(self.model, epoch + 1)


def train(distributed, run, folder):
    """Two epochs of a run; one that is resumed leaves its checkpoint in `folder`.

    Returns:
      A dict of arrays: "0", "1", ... the weights and the optimizer's variables,
      "loss" and "val_loss" of the epochs.
    """
    distributed.check(GLOBAL_BATCH)
    model = new_model(distributed, run)
    if run == "resumed":
        fit(model, distributed, epochs=1, callbacks=[SaveAtTheEnd(folder)])
        model = new_model(distributed, run, seed=2)
        assert Checkpoints(folder).restore_newest(model) == 1
        losses = fit(model, distributed, epochs=1)
    else:
        validation = {"validation_data": local_dataset(distributed), "validation_steps": 1}
        losses = fit(model, distributed, epochs=2, **validation)
    variables = [*model.trainable_variables, *model.optimizer.variables]
    arrays = {str(i): keras.ops.convert_to_numpy(v) for i, v in enumerate(variables)}
    return {**arrays, **{name: np.array(values) for name, values in losses.items()}}


if __name__ == "__main__":
    distributions, prefix, runs = sys.argv[1:]
    for name in distributions.split(","):
        distributed = distribution(name)
        print(name, distributed.num_replicas, flush=True)
        for run in runs.split(","):
            results = train(distributed, run, f"{prefix}_{name}_{distributed.worker}_checkpoints")
            np.savez(f"{prefix}_{name}_{distributed.worker}_{run}.npz", **results)
