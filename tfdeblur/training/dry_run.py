"""Everything of a run but the training: what it is, what it costs, and whether it can be."""

import math

from tfdeblur.config import binding_errors_in_words
from tfdeblur.training.loop import prepare_data, prepare_model
from tfdeblur.training.memory import training_bytes


def dry_run(configured):
    """Builds a configured experiment, prints it and stops; data that is missing is told last.

    Args:
      configured: a `tfdeblur.config.ConfiguredExperiment`, within its context.

    Raises:
      InputError: as `tfdeblur.training.run.run` would.
    """
    experiment = configured.experiment
    print(configured.full)
    with binding_errors_in_words():
        model, distributed = prepare_model(experiment)
    run, crops = experiment.run, experiment.crops
    print(f"model: {model.name}, parameters: {model.count_params():,}")
    print(
        f"steps: {run.steps:,} of {run.batch_size} crops of {crops.crop_size}x{crops.crop_size} "
        f"on {distributed.num_replicas} replicas, {run.precision}"
    )
    per_replica = run.batch_size // distributed.num_replicas
    num_bytes = training_bytes(model, per_replica, crops.crop_size, experiment.num_channels)
    print(f"memory: about {_rounded(num_bytes)} on each replica, above the framework's own")
    with binding_errors_in_words():
        train_source, validation_source = prepare_data(experiment)
    print(f"training data: {train_source.in_words()}")
    if validation_source is not None:
        print(f"validation data: {validation_source.in_words()}")


def _rounded(num_bytes):
    return f"{num_bytes / 1e9:.1f} GB" if num_bytes >= 1e9 else f"{math.ceil(num_bytes / 1e6)} MB"
