"""How fast a network is trained: loss, gradients and Adam's update of one batch."""

import keras
import numpy as np

from tfdeblur.benchmarks.backend import wait
from tfdeblur.benchmarks.memory import PeakMemory, memory_for
from tfdeblur.benchmarks.timing import measure_seconds
from tfdeblur.errors import InputError
from tfdeblur.models.precision import precision_scope
from tfdeblur.models.presets import build_model
from tfdeblur.system.environment import environment
from tfdeblur.system.xla import default_jit_compile


def measure_training_step(
    name,
    batch_size=2,
    crop_size=256,
    precision="float32",
    jit_compile=None,
    runs=5,
    warmup=1,
):
    """Times training steps on one batch of random crops, as its paper trains the network.

    A step is what `fit` does for a batch, from crops in the machine's memory to
    updated weights; reading and cutting them is what `--what=input` measures.

    Args:
      name: a preset.
      batch_size: crops in a batch.
      crop_size: side of the crops in pixels.
      precision: one of `tfdeblur.choices.PRECISIONS`.
      jit_compile: whether to compile with XLA; None is `default_jit_compile()`.
      runs: how often to time.
      warmup: how often to run before, at least 1.

    Returns:
      A dict of plain values: the settings, the seconds of one step, crops per
      second, the memory, and the environment.

    Raises:
      InputError: for an unknown name, and for crops that the network does not take
        or that do not fit into memory.
    """
    jit_compile = default_jit_compile() if jit_compile is None else jit_compile
    with precision_scope(precision):
        model = build_model(name)
        _check_crop_size(model, crop_size)
        # Not the optimizer of tfdeblur.training, which needs TensorFlow for its data: this runs
        # with JAX alone. What that one adds is the norm of the gradients.
        model.compile(keras.optimizers.Adam(1e-4), jit_compile=jit_compile)

    def step():
        model.train_on_batch(blur, sharp)
        # The loss comes back before the last weights are updated.
        wait(model.variables + model.optimizer.variables)

    memory = PeakMemory()
    with memory_for(model, batch_size, crop_size, crop_size):
        random = np.random.default_rng(0)
        shape = (batch_size, crop_size, crop_size, model.training_channels)
        blur, sharp = (random.random(shape, np.float32) for _ in range(2))
        seconds = measure_seconds(step, runs, warmup)
    return {
        "what": "training_step",
        "model": name,
        "batch_size": batch_size,
        "crop_size": crop_size,
        "channels": model.training_channels,
        "precision": precision,
        "jit_compile": jit_compile,
        **seconds.report(),
        "crops_per_second": batch_size / seconds.median,
        **memory.report(),
        **environment(),
    }


def _check_crop_size(model, crop_size):
    multiple = max(model.size_multiple)
    if crop_size % multiple:
        raise InputError(
            f"Received crop_size {crop_size}; expected a multiple of {multiple} for {model.name}."
        )
