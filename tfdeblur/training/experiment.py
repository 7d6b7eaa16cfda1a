"""What a training run is: the settings that gin files bind.

Networks, data and schedules are named, not given: variables must be created inside the
scope of a distribution strategy, and a dry run must be able to say what a run is before any
data is there.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from tfdeblur.data import CropSettings
from tfdeblur.errors import InputError, is_count, require, require_counts
from tfdeblur.models.presets import architecture, unbuilt_network
from tfdeblur.training.optimizers import OptimizerSettings


@dataclasses.dataclass(frozen=True)
class RunSettings:
    """How long and on what a run trains.

    Attributes:
      steps: optimizer steps of the whole run.
      batch_size: crops in a step, over all replicas and workers.
      steps_per_epoch: after so many steps the run validates, reports and saves.
      seed: determines initial weights and every batch.
      precision: "float32", "bfloat16" or "float16"; the latter two are mixed: variables
        stay in float32.
      distribution: one of `tfdeblur.training.strategies.DISTRIBUTIONS`.
      jit_compile: whether XLA compiles the step; None is on accelerators only.
      deterministic: whether the same run gives the same weights, bit for bit. Costs
        speed on GPUs.
    """

    steps: int
    batch_size: int
    steps_per_epoch: int = 1000
    seed: int = 0
    precision: str = "float32"
    distribution: str = "auto"
    jit_compile: bool | None = None
    deterministic: bool = True

    def __post_init__(self):
        require_counts(self, "steps", "batch_size", "steps_per_epoch")
        require(is_count(self.seed), "RunSettings.seed", self.seed, "a whole number of at least 0")
        require(
            self.jit_compile in (None, True, False),
            "RunSettings.jit_compile",
            self.jit_compile,
            "True, False or None",
        )
        require(
            isinstance(self.deterministic, bool),
            "RunSettings.deterministic",
            self.deterministic,
            "True or False",
        )


@dataclasses.dataclass(frozen=True)
class CheckpointSettings:
    """What is kept.

    Attributes:
      keep: how many of the newest checkpoints stay; the best weights are kept besides.
      every_epochs: epochs between two checkpoints.
    """

    keep: int = 3
    every_epochs: int = 1

    def __post_init__(self):
        require_counts(self, "keep", "every_epochs")


@dataclasses.dataclass(frozen=True)
class ReportSettings:
    """What is measured and shown while a run goes on and at its end.

    Attributes:
      scalars_every_steps: steps between two points in TensorBoard.
      validation_every_epochs: epochs between two validations.
      num_validation_pairs: how many pairs of the validation data they use, evenly
        spread; None is all.
      num_images: pairs shown in TensorBoard as pictures, of those.
      profile_steps: (first, last) step of a profile for TensorBoard, or None.
      evaluate_at_end: whether the end evaluates all of the validation data.
      export_at_end: whether the end writes a SavedModel.
    """

    scalars_every_steps: int = 100
    validation_every_epochs: int = 1
    num_validation_pairs: int | None = 16
    num_images: int = 4
    profile_steps: Sequence[int] | None = None
    evaluate_at_end: bool = True
    export_at_end: bool = False

    def __post_init__(self):
        require_counts(self, "scalars_every_steps", "validation_every_epochs")
        if self.num_validation_pairs is not None:
            require_counts(self, "num_validation_pairs")
        require(
            is_count(self.num_images),
            "ReportSettings.num_images",
            self.num_images,
            "a whole number of at least 0",
        )
        steps = self.profile_steps
        require(
            steps is None or (isinstance(steps, (tuple, list)) and len(steps) == 2),
            "ReportSettings.profile_steps",
            steps,
            "two steps, such as (20, 30)",
        )


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A training run from the network to what is reported.

    Attributes:
      model: name of a preset, one of `tfdeblur.list_models()`.
      train_data: function without arguments that gives a `PairSource` or `Mixture`.
      run: see `RunSettings`.
      model_arguments: arguments of the network's class in place of the preset's.
      optimizer: see `tfdeblur.training.optimizers.OptimizerSettings`.
      crops: see `tfdeblur.data.CropSettings`; its seed is the run's.
      validation_data: as train_data, gives a `PairSource`; None validates nothing.
      initial_weights: a `.weights.h5` file of this network to start from, or None.
      loss: constructor of a `tfdeblur.losses.OutputLoss` in place of the network's own.
      checkpoints: see `CheckpointSettings`.
      report: see `ReportSettings`.
    """

    model: str
    train_data: Callable
    run: RunSettings
    model_arguments: dict[str, Any] = dataclasses.field(default_factory=dict)
    optimizer: OptimizerSettings = dataclasses.field(default_factory=OptimizerSettings)
    crops: CropSettings = dataclasses.field(default_factory=CropSettings)
    validation_data: Callable | None = None
    initial_weights: str | None = None
    loss: Callable | None = None
    checkpoints: CheckpointSettings = dataclasses.field(default_factory=CheckpointSettings)
    report: ReportSettings = dataclasses.field(default_factory=ReportSettings)

    @property
    def num_channels(self):
        """Channels of the training crops: 3, or 1 for gray ones."""
        return 1 if "grayscale" in self.crops.augmentations else 3

    def architecture(self):
        """Class and arguments of the network, see `tfdeblur.models.architecture`."""
        return architecture(self.model, **self.model_arguments)

    def unbuilt_network(self):
        """A new network, not yet built."""
        return unbuilt_network(self.architecture())

    def __post_init__(self):
        require(isinstance(self.model, str), "Experiment.model", self.model, "a network's name")
        require(
            isinstance(self.model_arguments, dict)
            and all(isinstance(name, str) for name in self.model_arguments),
            "Experiment.model_arguments",
            self.model_arguments,
            "a dict from names to values, such as {'units': 4}",
        )
        require(
            callable(self.train_data),
            "Experiment.train_data",
            self.train_data,
            "a source of pairs, as the files of data/ bind",
        )
        require(
            self.loss is None or callable(self.loss),
            "Experiment.loss",
            self.loss,
            "a constructor of losses, such as @losses.NegativePSNR",
        )


def check_crop_size(model, crop_size):
    """Raises InputError unless `model` takes crops of this size."""
    rows, columns = model.size_multiple
    if crop_size % rows or crop_size % columns:
        multiple = max(rows, columns)
        nearest = max(multiple, round(crop_size / multiple) * multiple)
        raise InputError(
            f"Received CropSettings.crop_size = {crop_size}; expected a multiple of {multiple} "
            f"for this network, e.g. {nearest}."
        )
