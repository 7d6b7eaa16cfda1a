"""What the folder of a training run says of how it was trained, beside its configuration."""

import json
from pathlib import Path

from tfdeblur.config import configured_experiment, differing_bindings
from tfdeblur.errors import InputError
from tfdeblur.training import workdir as names
from tfdeblur.training.checkpoints import Checkpoints

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


def training_of(workdir, config, summary):
    """Columns of the ledger for a run in `workdir` that began from `config`, a path below gin/,
    and whose last weights gave `summary`.

    Returns:
      A dict of text: seed, steps, paper_steps, and changes, "NAME = VALUE; ..." of what is
      bound otherwise than in `config` and bears on the result.

    Raises:
      InputError: when the folder holds no configuration, the run did not make all of its
        steps, or the summary is of other weights than those it ended with.
    """
    with configured_experiment([Path(workdir) / names.CONFIG]) as own:
        run = own.experiment.run
    _check_weights(Path(workdir), run.steps, summary)
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


def _check_weights(workdir, steps, summary):
    made = max(Checkpoints(workdir / names.CHECKPOINTS).steps(), default=0)
    if made != steps:
        raise InputError(
            f"{workdir}: received a run that made {made} of {steps} steps; expected all of them. "
            "Let it finish."
        )
    # Of training's end, which evaluates the last weights: the step is in the folder's name.
    file = workdir / names.EVALUATION / f"step_{steps:09d}" / names.SUMMARY
    try:
        last_weights = json.loads(file.read_text())["weights_sha256"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{file}: expected the evaluation at the run's end ({error}).") from error
    if summary["weights_sha256"] != last_weights:
        raise InputError(
            f"Received a summary of other weights than {workdir / names.WEIGHTS}; expected one of "
            "the weights after the last step."
        )
