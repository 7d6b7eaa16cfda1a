"""Training on several devices or machines, by name.

    distributed = distribution("auto")          # before TensorFlow runs anything
    distributed.check(batch_size, jit_compile, gradient_accumulation_steps)
    with distributed.scope():
        model = distributed.prepare(build_model(...))
        model.compile(optimizer, jit_compile=jit_compile)
    batches = training_batches(
        source, batch_size, settings, step, distributed.num_workers, distributed.worker
    )
    model.fit(distributed.dataset(batches), steps_per_epoch=..., shuffle=False)

A *replica* is a device that computes gradients for its part of each batch; a *worker*
is a process, with one or more replicas. The batch size is global, over all replicas
of all workers, and the trained weights do not depend on how many there are.

Several workers must do whatever is collective in the same order, or they wait for
each other for ever: `fit`, `evaluate`, reading a metric's result, and making any
variable in the scope, which is why `fit` and its callbacks run outside it. Keras
makes variables where one would not think so, e.g. in `save_weights`. Reading and
assigning weights and running the model are local; a chief may do them alone.
"""

import contextlib
import os

import keras
import tensorflow as tf

from tfdeblur.errors import InputError
from tfdeblur.training.cluster import Cluster
from tfdeblur.training.replicated import replicated

DISTRIBUTIONS = ("auto", "none", "mirrored", "multi_worker", "data_parallel")


def distribution(name="auto"):
    """A `Distribution` by name.

    Args:
      name: one of `DISTRIBUTIONS`:
        "none": one device, which the backend chooses.
        "mirrored": all GPUs of this machine; without GPUs, all logical CPU devices.
        "multi_worker": all processes that the environment variable TF_CONFIG
          names, and all their GPUs. Waits until all are there.
        "data_parallel": the JAX backend, all its devices.
        "auto": "multi_worker" where TF_CONFIG is set, otherwise "mirrored"
          ("data_parallel" on JAX) on a machine of several accelerators, else "none".

    Raises:
      InputError: for another name, one that the Keras backend does not have, or a
        TF_CONFIG that is missing or wrong.
    """
    if name not in DISTRIBUTIONS:
        raise InputError(
            f"Received distribution {name!r}; expected one of {', '.join(DISTRIBUTIONS)}."
        )
    backend = keras.backend.backend()
    if name == "auto":
        name = _automatic(backend)
    needed = {"mirrored": "tensorflow", "multi_worker": "tensorflow", "data_parallel": "jax"}
    if needed.get(name, backend) != backend:
        raise InputError(
            f"Received distribution {name!r} on the Keras backend {backend}; expected "
            f"{needed[name]}. Set KERAS_BACKEND={needed[name]}, or choose another distribution."
        )
    kinds = {
        "none": Distribution,
        "mirrored": Mirrored,
        "multi_worker": MultiWorkerMirrored,
        "data_parallel": DataParallel,
    }
    return kinds[name]()


def _automatic(backend):
    if backend == "jax":
        return "data_parallel" if _num_jax_accelerators() > 1 else "none"
    if os.environ.get("TF_CONFIG"):
        return "multi_worker"
    return "mirrored" if len(tf.config.list_logical_devices("GPU")) > 1 else "none"


def _num_jax_accelerators():
    return sum(not device.startswith("cpu") for device in keras.distribution.list_devices())


class Distribution:
    """One device; also the interface of the others.

    Attributes:
      num_replicas: number of replicas of all workers together.
      num_workers, worker: how many processes train together, and the number of
        this one; as `tfdeblur.data.training_batches` takes them.
    """

    num_replicas = 1
    num_workers = 1
    worker = 0

    @property
    def is_chief(self):
        """Whether this worker writes checkpoints, logs and reports."""
        return self.worker == 0

    def scope(self):
        """The context in which to make and compile a model, and to do nothing else."""
        return contextlib.nullcontext()

    def check(self, global_batch_size, jit_compile=False, gradient_accumulation_steps=None):
        """Raises InputError for settings that this distribution cannot train with.

        Args:
          global_batch_size: pairs in a batch, over all replicas.
          jit_compile: what `compile` will get; "auto" is always possible.
          gradient_accumulation_steps: what the optimizer will get.
        """
        del jit_compile, gradient_accumulation_steps
        if global_batch_size % self.num_replicas:
            lower = global_batch_size // self.num_replicas * self.num_replicas
            raise InputError(
                f"Received a batch of {global_batch_size} for {self.num_replicas} replicas; "
                f"expected a multiple, e.g. {lower or self.num_replicas}."
            )

    def dataset(self, dataset):
        """What `fit` takes, for this worker's part of the global batches.

        Args:
          dataset: a `tf.data.Dataset` of batches whose size is statically known.
        """
        return dataset

    def prepare(self, model):
        """A built `DeblurringModel`, made in `scope`, ready to be compiled there.

        The same object, with the same weights and names.
        """
        return model


class Mirrored(Distribution):
    """Several devices of one machine: `tf.distribute.MirroredStrategy`."""

    def __init__(self):
        self._strategy = self._new_strategy()
        self.num_replicas = self._strategy.num_replicas_in_sync

    def _new_strategy(self):
        # Named, as TensorFlow would look into a TF_CONFIG that is not meant for it.
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])

    def scope(self):
        return self._strategy.scope()

    def check(self, global_batch_size, jit_compile=False, gradient_accumulation_steps=None):
        super().check(global_batch_size)
        # XLA does not compile the sum over replicas, nor TensorFlow a sum in a branch.
        if jit_compile is True:
            raise InputError(
                "Received jit_compile=True with several TensorFlow replicas; expected False, as "
                "XLA cannot compile their step. Set it to False, use one device, or "
                "KERAS_BACKEND=jax with the distribution data_parallel."
            )
        if gradient_accumulation_steps:
            raise InputError(
                f"Received gradient_accumulation_steps={gradient_accumulation_steps} with several "
                "TensorFlow replicas; expected none, as Keras cannot accumulate there. Use one "
                "device, more replicas, or KERAS_BACKEND=jax with the distribution data_parallel."
            )

    def dataset(self, dataset):
        # Keras would pass `dataset` to experimental_distribute_dataset, which takes it for
        # the global batch, also where it is one worker's part of it.
        local_replicas = self.num_replicas // self.num_workers
        [batch_size] = {spec.shape[0] for spec in tf.nest.flatten(dataset.element_spec)}
        per_replica = dataset.rebatch(batch_size // local_replicas, drop_remainder=True)
        return self._strategy.distribute_datasets_from_function(lambda _: per_replica)

    def prepare(self, model):
        return replicated(model)


class MultiWorkerMirrored(Mirrored):
    """Several processes that TF_CONFIG names: `tf.distribute.MultiWorkerMirroredStrategy`."""

    def __init__(self):
        self._cluster = Cluster.from_environment()
        self.num_workers = len(self._cluster.addresses)
        self.worker = self._cluster.worker
        super().__init__()

    def _new_strategy(self):
        return self._cluster.join()

    def prepare(self, model):
        return replicated(model, multi_worker=self.num_workers > 1)


class DataParallel(Distribution):
    """Several devices of one process on JAX: `keras.distribution.DataParallel`.

    One program runs over the whole batch, so a mean over the batch is global and
    nothing else has to change. Accumulation and compilation work as on one device.

    Holds for the whole process from here on, as both the making of a model and
    `fit` ask Keras for it.
    """

    def __init__(self):
        on_all_devices = keras.distribution.DataParallel(auto_shard_dataset=False)
        keras.distribution.set_distribution(on_all_devices)
        self.num_replicas = on_all_devices.num_model_replicas
