"""How much memory a training step takes, estimated before it is run."""

import math

from tfdeblur.benchmarks.multiply_adds import convolution_calls
from tfdeblur.training.optimizers import inner_optimizer

# What the backward pass needs of a convolution is its input; on the way there is
# also its output, its activation and their gradients, as a part of that. So it estimates
# 1,487 MB for DMPHN(1-2-4) and two crops of 256x256, where 1,411 MB were measured.
_WORKING_SHARE = 0.6


def training_bytes(model, batch_size, crop_size, num_channels):
    """Bytes of a step on one replica: weights, optimizer, gradients and kept features.

    Args:
      model: a built and compiled `DeblurringModel`.
      batch_size: crops on this replica.
      crop_size: their side in pixels.
      num_channels: of the crops.
    """
    weights = sum(math.prod(variable.shape) for variable in model.weights)
    gradients = sum(math.prod(variable.shape) for variable in model.trainable_variables)
    state = sum(math.prod(v.shape) for v in inner_optimizer(model.optimizer).variables)
    calls = convolution_calls(model, crop_size, crop_size, num_channels)
    features = batch_size * sum(math.prod(given) for _, given, _ in calls)
    bytes_per_feature = 4 if model.compute_dtype == "float32" else 2
    kept = features * bytes_per_feature * (1 + _WORKING_SHARE)
    return int(4 * (weights + gradients + state) + kept)
