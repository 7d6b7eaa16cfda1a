"""Everything of a run but the training: what it is, what it costs, and whether it can be."""

import math

from tfdeblur.benchmarks.multiply_adds import convolution_calls
from tfdeblur.training.loop import prepare_data, prepare_model
from tfdeblur.training.optimizers import inner_optimizer

# What the backward pass needs of a convolution is its input; on the way there is
# also its output, its activation and their gradients, as a part of that. So it estimates
# 1,487 MB for DMPHN(1-2-4) and two crops of 256x256, where 1,411 MB were measured.
_WORKING_SHARE = 0.6


def dry_run(experiment):
    """Builds an experiment and stops; data that is missing is told last.

    Yields:
      Lines of text, as soon as each is known: parameters, steps, memory, data.

    Raises:
      InputError: as `tfdeblur.training.run.run` would.
    """
    model, distributed = prepare_model(experiment)
    run, crops = experiment.run, experiment.crops
    yield f"model: {model.name}, parameters: {model.count_params():,}"
    yield (
        f"steps: {run.steps:,} of {run.batch_size} crops of {crops.crop_size}x{crops.crop_size} "
        f"on {distributed.num_replicas} replicas, {run.precision}"
    )
    per_replica = run.batch_size // distributed.num_replicas
    num_bytes = training_bytes(model, per_replica, crops.crop_size, experiment.num_channels)
    yield f"memory: about {_rounded(num_bytes)} on each replica, above the framework's own"
    train_source, validation_source = prepare_data(experiment)
    yield f"training data: {train_source.name}, {train_source.num_pairs:,} pairs"
    if validation_source is not None:
        yield f"validation data: {validation_source.name}, {validation_source.num_pairs:,} pairs"


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


def _rounded(num_bytes):
    return f"{num_bytes / 1e9:.1f} GB" if num_bytes >= 1e9 else f"{math.ceil(num_bytes / 1e6)} MB"
