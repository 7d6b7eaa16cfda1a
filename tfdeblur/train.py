r"""Train a network as gin files say.

Files below gin/ are found by their path there, from any directory:

  tfdeblur train --gin_file=runs/quickstart.gin --workdir=quickstart
  tfdeblur train --gin_file=papers/zhang2019/table1_dmphn_1_2_4_8.gin \
      --gin_param="BATCH_SIZE=12" --gin_param="RunSettings.precision='bfloat16'" \
      --workdir=dmphn

--dry_run builds everything, prints the configuration and what it will cost, and stops.

The same command goes on where an interrupted run stopped, from its last complete
checkpoint; after SIGTERM that is the step it stopped at, and the exit status is 0.
The folder --workdir gets the configuration, checkpoints/, tensorboard/, history.csv
and, at the end, training_curve.png, model.weights.h5 and an evaluation of the
held-out pairs with summary.json. Its config.gin alone gives the same run again;
settings.json has all settings, with their defaults.
"""

import shlex
import sys
from pathlib import Path

from absl import flags

from tfdeblur import cli
from tfdeblur.app_flags import define_path, define_paths, expect_no_arguments
from tfdeblur.errors import InputError

REQUIRED_FLAGS = ("gin_file",)


def define_flags(flag_values):
    define_paths(
        "gin_file",
        "Configuration: a path below gin/ or of a file; may be repeated, later ones win.",
        flag_values,
    )
    flags.DEFINE_multi_string(
        "gin_param",
        [],
        "Binding that overrides the files, e.g. STEPS=1000; may be repeated.",
        flag_values=flag_values,
    )
    define_path("workdir", None, "Folder of the run.", flag_values)
    flags.DEFINE_bool(
        "dry_run", False, "Build everything, print it and stop.", flag_values=flag_values
    )


def main(flag_values, arguments):
    expect_no_arguments(arguments)
    if flag_values.workdir is None and not flag_values.dry_run:
        raise InputError("Expected --workdir as well; --help explains the flags.")

    from tfdeblur.config import read_experiment
    from tfdeblur.training import workdir as names
    from tfdeblur.training.dry_run import dry_run
    from tfdeblur.training.run import run

    experiment, text = read_experiment(flag_values.gin_file, flag_values.gin_param)
    if flag_values.dry_run:
        print(text)
        for line in dry_run(experiment):
            print(line)
        return 0
    outcome = run(experiment, text, flag_values.workdir, verbose="auto")
    for line in outcome.lines:
        print(line)
    # Of several workers only the chief leaves something.
    if outcome.is_complete and outcome.lines:
        weights = Path(flag_values.workdir) / names.WEIGHTS
        command = [_program(), "deblur", f"--weights={weights}", "--output=restored", "photo.jpg"]
        print(f"your own photo:\n  {shlex.join(command)}")
    return 0


def _program():
    """How this program was called, if it was by its name: it may not be on the PATH."""
    return sys.argv[0] if Path(sys.argv[0]).name == "tfdeblur" else "tfdeblur"


if __name__ == "__main__":
    sys.exit(cli.run_app("train"))
