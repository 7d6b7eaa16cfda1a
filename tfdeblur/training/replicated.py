"""What Keras 3 leaves undone when `fit` runs on several replicas of TensorFlow.

With a loss of the model's own (`compute_loss`) `keras.Model.fit` under a
`tf.distribute` strategy (Keras 3.15) is not the same computation as on one device:

* Gradients of the replicas are summed, and only losses given to `compile` are
  divided by the number of replicas for it. Adam hides the wrong factor, gradient
  clipping and SGD do not; the displayed loss is too large by the same factor.
* The optimizer clips each replica's gradient before the sum, so the clipped
  gradient depends on the number of replicas.
* `LossScaleOptimizer` looks for overflow in one replica's gradient only, though
  another's may have overflowed; on several workers each decides for itself
  whether to take the step, and those that do wait for ever for those that do not.
* On several workers, `fit` fails twice: where it fetches a batch to build the
  model, and where it averages a step's logs along an axis that scalars do not have.

The two classes here are put before a model's class (`replicated`) and repair this
without a training loop of our own. tests/training/test_strategies.py compares the
weights after training with those of one process.
"""

import keras
import tensorflow as tf

from tfdeblur.training.optimizers import inner_optimizer


def replicated(model, multi_worker=False):
    """Makes a built `model` train equally on any number of replicas.

    Only its class changes: weights, their names and the files they are saved in
    stay the same.

    Args:
      model: a built `DeblurringModel`, made in the strategy's scope and not compiled.
      multi_worker: whether the strategy spans several processes.

    Returns:
      The same object.
    """
    if not model.built or model.compiled:
        raise ValueError(
            f"Received {model.name} with built={model.built}, compiled={model.compiled}; "
            "expected a model that is built and not yet compiled."
        )
    repairs = MultiWorker if multi_worker else Replicated
    original = type(model)
    # The name stays: weight files remember it.
    model.__class__ = type(original.__name__, (repairs, original), {"__doc__": original.__doc__})
    return model


class Replicated(keras.Model):
    """Goes before a `DeblurringModel` that several replicas train together."""

    def compile(self, *args, **kwargs):
        super().compile(*args, **kwargs)
        aggregate_gradients_first(self.optimizer)
        # Here, as variables cannot be made inside the step of a replica.
        with self.distribute_strategy.scope():
            self.optimizer.build(self.trainable_variables)
            _ = self.metrics

    def compute_loss(self, *args, **kwargs):
        """The share of this replica; the shares add up to the loss of the global batch."""
        num_replicas = self.distribute_strategy.num_replicas_in_sync
        return super().compute_loss(*args, **kwargs) / num_replicas

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Nothing is left to build, and fetching a batch for it costs time and can fail."""


class MultiWorker(Replicated):
    """The same for replicas in several processes."""

    def train_step(self, data):
        return _with_axis(super().train_step(data))

    def test_step(self, data):
        return _with_axis(super().test_step(data))


def _with_axis(logs):
    # Keras averages over axis 0 of all replicas together.
    return {name: tf.reshape(value, (1,)) for name, value in logs.items()}


def aggregate_gradients_first(optimizer):
    """Lets `optimizer` sum gradients over replicas before it looks at them, not after.

    So overflow is found, and clipping done, in the gradient of the global batch.
    `apply` is the first to see gradients; a `LossScaleOptimizer` hands them on to
    the optimizer inside it, which would sum them in `_all_reduce_sum_gradients`.
    """
    inner = inner_optimizer(optimizer)
    apply, sum_over_replicas = optimizer.apply, inner._all_reduce_sum_gradients

    def apply_sum(grads, trainable_variables=None):
        variables = list(trainable_variables or optimizer._trainable_variables)
        summed = sum_over_replicas(zip(grads, variables, strict=True))
        return apply([gradient for gradient, _ in summed], variables)

    inner._all_reduce_sum_gradients = list
    optimizer.apply = apply_sum
