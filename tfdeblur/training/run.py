"""A configured run in its folder: `tfdeblur train` without its flags."""

from pathlib import Path

from tfdeblur.config import binding_errors_in_words, differing_bindings
from tfdeblur.errors import InputError
from tfdeblur.training import workdir as names
from tfdeblur.training.finish import finish
from tfdeblur.training.loop import prepare, train

# What may differ when a run goes on: where it runs, how it is shown, and how long it is. A
# run that is made longer goes on along the schedule of the new length.
_MAY_DIFFER = (
    "STEPS/gin.macro.value",
    "RunSettings.steps",
    "RunSettings.distribution",
    "RunSettings.jit_compile",
)
_SETTINGS_THAT_MAY_DIFFER = ("CheckpointSettings", "ReportSettings")


def run(configured, workdir, verbose="auto"):
    """Trains what is configured in `workdir`, or goes on there, up to the final report.

    Args:
      configured: a `tfdeblur.config.ConfiguredExperiment`, within its context.
      workdir: folder of the run.
      verbose: as for `keras.Model.fit`.

    Returns:
      Whether the run is complete; it is not after SIGTERM.

    Raises:
      InputError: for a folder with a run of another configuration, which is not touched,
        and all that is wrong with the configuration or the data.
    """
    workdir = Path(workdir)
    _check_same_run(configured.full, workdir)
    with binding_errors_in_words():
        prepared = prepare(configured.experiment)
    texts = {"config": configured.full, "operative config": configured.operative()}
    with names.locked(workdir, needed=prepared.distributed.is_chief):
        # Another run may have come and gone since.
        _check_same_run(configured.full, workdir)
        if prepared.distributed.is_chief:
            names.write_text(workdir / names.CONFIG, texts["config"])
            names.write_text(workdir / names.OPERATIVE_CONFIG, texts["operative config"])
            print(f"training data: {prepared.train_source.in_words()}")
        progress = train(prepared, workdir, texts, verbose)
        if progress.interrupted:
            print(
                f"stopped and saved at step {progress.step} of {progress.total_steps}; "
                "the same command goes on"
            )
        elif prepared.distributed.is_chief:
            finish(prepared, workdir)
    return not progress.interrupted


def _check_same_run(full, workdir):
    stored = workdir / names.CONFIG
    trained = [workdir / names.WEIGHTS, *(workdir / names.CHECKPOINTS).glob("step_*.json")]
    # A run that failed before its first checkpoint leaves nothing to protect.
    if not stored.is_file() or not any(path.is_file() for path in trained):
        return
    try:
        differences = differing_bindings(stored.read_text(encoding="utf-8"), full)
    except ValueError as error:  # no text, or no configuration
        raise InputError(
            f"{stored}: expected the configuration of the run in this folder, but it cannot be "
            f"read: {error}. Choose another --workdir."
        ) from error
    refused = [
        f"  {name}: {there} there, {here} here"
        for name, (there, here) in differences.items()
        if not _may_differ(name)
    ]
    if refused:
        raise InputError(
            "\n".join(refused)
            + f"\n{workdir}: holds a run of another configuration, which differs as listed; "
            "choose another --workdir, or the same configuration to go on."
        )


def _may_differ(name):
    # From "tfdeblur.training.RunSettings.steps" the two last parts.
    setting = ".".join(name.split(".")[-2:])
    return (
        name in _MAY_DIFFER
        or setting in _MAY_DIFFER
        or (setting.split(".")[0] in _SETTINGS_THAT_MAY_DIFFER)
    )
