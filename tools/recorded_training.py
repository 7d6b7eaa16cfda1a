"""What the folder of a training run says of how it was trained, beside its configuration."""

import json
from pathlib import Path

from tfdeblur.config import read_experiment
from tfdeblur.errors import InputError
from tfdeblur.training import workdir as names
from tfdeblur.training.checkpoints import Checkpoints
from tfdeblur.training.run import read_settings
from tfdeblur.training.settings import differing_settings, settings_of

# Settings that a run may change and still be the paper's training, or that have a column.
_INDIFFERENT = (
    "checkpoints.",
    "report.",
    "run.deterministic",
    "run.distribution",
    "run.jit_compile",
    "run.seed",
    "run.steps",
    "train_data.data_dir",
    "validation_data",
)


def training_of(workdir, config, summary):
    """Columns of the ledger for a run in `workdir` that began from `config`, a path below gin/,
    and whose last weights gave `summary`.

    Returns:
      A dict of text: seed, steps, paper_steps, and changes, "NAME = VALUE; ..." of what is
      set otherwise than in `config` and bears on the result.

    Raises:
      InputError: when the folder holds no configuration, the run did not make all of its
        steps, or the summary is of other weights than those it ended with.
    """
    own = read_settings(workdir)
    run = own["run"]
    _check_weights(Path(workdir), run["steps"], summary)
    paper = settings_of(read_experiment([config]).experiment)
    return {
        "seed": str(run["seed"]),
        "steps": str(run["steps"]),
        "paper_steps": str(paper["run"]["steps"]),
        "changes": "; ".join(
            f"{name} = {value!r}"
            for name, (value, _) in differing_settings(own, paper).items()
            if not name.startswith(_INDIFFERENT)
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
