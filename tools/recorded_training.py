"""What the folder of a training run says of how it was trained, beside its configuration."""

from pathlib import Path

from tfdeblur.config import configured_experiment, differing_bindings
from tfdeblur.training import workdir as names

# Bindings that a run may change and still be the paper's training, or that have a column.
_INDIFFERENT = (
    "SEED",
    "STEPS",
    "data.tfds_pairs.data_dir",
    "training.CheckpointSettings.",
    "training.ReportSettings.",
    "training.RunSettings.deterministic",
    "training.RunSettings.distribution",
    "training.RunSettings.jit_compile",
    "training.RunSettings.steps_per_epoch",
)


def training_of(workdir, config):
    """Columns of the ledger for a run in `workdir` that began from `config`, a path below gin/.

    Returns:
      A dict of text: seed, steps, paper_steps, and changes, "NAME = VALUE; ..." of what is
      bound otherwise than in `config` and bears on the result.

    Raises:
      InputError: when the folder holds no configuration.
    """
    with configured_experiment([Path(workdir) / names.CONFIG]) as own:
        run = own.experiment.run
    with configured_experiment([config]) as paper:
        paper_steps = paper.experiment.run.steps
    changes = {
        name.removesuffix("/gin.macro.value"): value
        for name, (value, _) in differing_bindings(own.full, paper.full).items()
    }
    return {
        "seed": str(run.seed),
        "steps": str(run.steps),
        "paper_steps": str(paper_steps),
        "changes": "; ".join(
            f"{name} = {value}"
            for name, value in changes.items()
            if not name.removeprefix("tfdeblur.").startswith(_INDIFFERENT)
        ),
    }
