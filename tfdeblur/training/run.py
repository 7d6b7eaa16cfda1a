"""A run in its folder: `tfdeblur train` without its flags."""

import json
from pathlib import Path
from typing import NamedTuple

from tfdeblur.errors import InputError
from tfdeblur.training import workdir as names
from tfdeblur.training.finish import finish
from tfdeblur.training.loop import prepare, train
from tfdeblur.training.settings import differing_settings, settings_of

# What may differ when a run goes on: where it runs, how it is shown, and how long it is. A
# run that is made longer goes on along the schedule of the new length.
_MAY_DIFFER = ("run.steps", "run.distribution", "run.jit_compile", "checkpoints.", "report.")


class Outcome(NamedTuple):
    """How a run ended.

    Attributes:
      is_complete: False after SIGTERM, and then it goes on when it is started again.
      lines: of text, about what it left.
    """

    is_complete: bool
    lines: list[str]


def run(experiment, configuration, workdir, verbose=0):
    """Trains an experiment in `workdir`, or goes on there, up to the final report.

    Args:
      experiment: a `tfdeblur.training.Experiment`.
      configuration: text that gives the same experiment, to be kept with it.
      workdir: folder of the run.
      verbose: as for `keras.Model.fit`.

    Returns:
      An `Outcome`.

    Raises:
      InputError: for a folder with a run of other settings, which is not touched, and all
        that is wrong with the settings or the data.
    """
    workdir = Path(workdir)
    settings = settings_of(experiment)
    _check_same_run(settings, workdir)
    prepared = prepare(experiment)
    texts = {"config": configuration, "settings": json.dumps(settings, indent=2)}
    with names.locked(workdir, needed=prepared.distributed.is_chief):
        # Another run may have come and gone since.
        _check_same_run(settings, workdir)
        if prepared.distributed.is_chief:
            names.write_text(workdir / names.CONFIG, texts["config"])
            names.write_text(workdir / names.SETTINGS, texts["settings"] + "\n")
        progress = train(prepared, workdir, texts, verbose)
        if progress.interrupted:
            stopped = f"stopped and saved at step {progress.step} of {progress.total_steps}"
            return Outcome(False, [f"{stopped}; the same command goes on"])
        return Outcome(True, finish(prepared, workdir) if prepared.distributed.is_chief else [])


def read_settings(workdir):
    """The settings of the run in a folder, as `settings_of` gave them.

    Raises:
      InputError: when the folder has none that can be read.
    """
    stored = Path(workdir) / names.SETTINGS
    try:
        settings = json.loads(stored.read_text(encoding="utf-8"))
        if not isinstance(settings, dict):
            raise ValueError("no settings")
        return settings
    except FileNotFoundError:
        raise InputError(
            f"{stored}: expected the settings of the run in this folder, of version 0.1, which "
            "kept none; finish it with that version, or start anew in another folder from its "
            "weights (Experiment.initial_weights)."
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{stored}: expected the settings of the run in this folder, but they cannot be read: "
            f"{type(error).__name__}. Choose another folder."
        ) from error


def _check_same_run(settings, workdir):
    trained = [workdir / names.WEIGHTS, *(workdir / names.CHECKPOINTS).glob("step_*.json")]
    # A run that failed before its first checkpoint leaves nothing to protect.
    if not any(path.is_file() for path in trained):
        return
    refused = [
        f"  {name}: {there!r} there, {here!r} here"
        for name, (there, here) in differing_settings(read_settings(workdir), settings).items()
        if not name.startswith(_MAY_DIFFER)
    ]
    if refused:
        raise InputError(
            "\n".join(refused)
            + f"\n{workdir}: holds a run of other settings, which differ as listed; choose another "
            "folder, or the same settings to go on."
        )
