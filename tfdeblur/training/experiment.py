"""What a training run is: the settings that gin files bind.

Networks, data and schedules are given as constructors, not as what they construct:
variables must be created inside the scope of a distribution strategy, and a dry
run must be able to say what a run is before any data is there.
"""

import dataclasses
from collections.abc import Callable, Sequence

from tfdeblur.data import CropSettings
from tfdeblur.errors import InputError
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


@dataclasses.dataclass(frozen=True)
class CheckpointSettings:
    """What is kept.

    Attributes:
      keep: how many of the newest checkpoints stay; the best weights are kept besides.
      every_epochs: epochs between two checkpoints.
    """

    keep: int = 3
    every_epochs: int = 1


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


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A training run from the network to what is reported.

    Attributes:
      model: constructor of a `tfdeblur.models.DeblurringModel`.
      train_data: function without arguments that gives a `PairSource` or `Mixture`.
      run: see `RunSettings`.
      optimizer: see `tfdeblur.training.optimizers.OptimizerSettings`.
      crops: see `tfdeblur.data.CropSettings`; its seed is the run's.
      validation_data: as train_data, gives a `PairSource`; None validates nothing.
      initial_weights: a `.weights.h5` file of this network to start from, or None.
      loss: constructor of a `tfdeblur.losses.OutputLoss` in place of the network's own.
      checkpoints: see `CheckpointSettings`.
      report: see `ReportSettings`.
    """

    model: Callable
    train_data: Callable
    run: RunSettings
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

    def __post_init__(self):
        for settings, names in (
            (self.run, ("steps", "batch_size", "steps_per_epoch")),
            (self.crops, ("crop_size", "crops_per_pair", "pairs_per_block")),
            (self.checkpoints, ("keep", "every_epochs")),
            (self.report, ("scalars_every_steps", "validation_every_epochs")),
        ):
            for name in names:
                value = getattr(settings, name)
                # To Python, True is a whole number.
                if isinstance(value, bool) or not (isinstance(value, int) and value >= 1):
                    raise InputError(
                        f"Received {type(settings).__name__}.{name} = {value!r}; expected a whole "
                        "number of at least 1."
                    )
        report, run = self.report, self.run
        pair = report.profile_steps
        for holds, name, value, expected in (
            (_is_count(run.seed), "RunSettings.seed", run.seed, "a whole number of at least 0"),
            (
                run.jit_compile in (None, True, False),
                "RunSettings.jit_compile",
                run.jit_compile,
                "True, False or None",
            ),
            (
                isinstance(run.deterministic, bool),
                "RunSettings.deterministic",
                run.deterministic,
                "True or False",
            ),
            (
                _is_count(report.num_images),
                "ReportSettings.num_images",
                report.num_images,
                "a whole number of at least 0",
            ),
            (
                report.num_validation_pairs is None
                or (_is_count(report.num_validation_pairs) and report.num_validation_pairs > 0),
                "ReportSettings.num_validation_pairs",
                report.num_validation_pairs,
                "a whole number of at least 1, or None for all",
            ),
            (
                pair is None or (isinstance(pair, (tuple, list)) and len(pair) == 2),
                "ReportSettings.profile_steps",
                pair,
                "two steps, such as (20, 30)",
            ),
            (
                callable(self.optimizer.schedule),
                "OptimizerSettings.schedule",
                self.optimizer.schedule,
                "a function of schedules, as the files of optim/ bind",
            ),
            (callable(self.model), "Experiment.model", self.model, _CONSTRUCTOR),
            (callable(self.train_data), "Experiment.train_data", self.train_data, _CONSTRUCTOR),
            (
                self.loss is None or callable(self.loss),
                "Experiment.loss",
                self.loss,
                "a constructor of losses, such as @losses.NegativePSNR",
            ),
        ):
            if not holds:
                raise InputError(f"Received {name} = {value!r}; expected {expected}.")


_CONSTRUCTOR = "a constructor, such as a file of models/ or data/ binds"


def _is_count(value):
    # To Python, True is a whole number.
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


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
