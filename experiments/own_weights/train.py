r"""Trains the weights that come with the package, measures them and packs them.

  python experiments/own_weights/train.py --sharp_dir=photographs --workdir=own_weights \
      --real_pairs=pairs [--gin_param="STEPS=200000" ...]

Trains as gin/runs/own_weights.gin says, on the devices that there are: on the processor, on GPUs
with TensorFlow, or with KERAS_BACKEND=jax through JAX. The same command goes on where an
interrupted one stopped. Then it writes to the workdir

  packed.weights.h5   the averaged weights in float16, for tfdeblur/pretrained
  synthetic/, real/   evaluations of exactly that file on the held-out synthetic pairs and on the
                      folder of real ones (input/ and target/), with summary.json and report.html

Nothing of the real pairs is trained on, and no step is chosen by them. The exit status is 0 when
all was done, 1 when the training was interrupted (the same command goes on), 2 when the input was
at fault or the disk full.
"""

import sys
from pathlib import Path

from absl import flags

from tfdeblur import cli
from tfdeblur.errors import InputError

REQUIRED_FLAGS = ("sharp_dir", "workdir")


def define_flags(flag_values):
    for name, help_text in (
        ("sharp_dir", "Folder of sharp photographs."),
        ("workdir", "Folder of the run."),
        ("real_pairs", "Folder of pairs to measure on: input/ and target/."),
    ):
        flags.DEFINE_string(name, None, help_text, flag_values=flag_values)
    flags.DEFINE_multi_string(
        "gin_param",
        [],
        "Settings in place of the file's, as `tfdeblur train`.",
        flag_values=flag_values,
    )


def main(flag_values, arguments):
    if arguments:
        raise InputError(f"Received {arguments[0]!r}; expected flags only (see --help).")
    with cli.quiet_framework_import():
        from tfdeblur import Deblurrer
        from tfdeblur.config import configured_experiment
        from tfdeblur.data import folder_pairs
        from tfdeblur.evaluation import evaluate
        from tfdeblur.training.run import run
        from tfdeblur.weights.half_storage import store_in_half
    workdir = Path(flag_values.workdir)
    # Read first: hours later is late for a mistyped name.
    sources = {"real": folder_pairs(flag_values.real_pairs)} if flag_values.real_pairs else {}
    bindings = [f"SHARP_DIR={flag_values.sharp_dir!r}", *flag_values.gin_param]
    with configured_experiment(["runs/own_weights.gin"], bindings) as configured:
        if not run(configured, workdir):
            return 1
        sources["synthetic"] = configured.experiment.validation_data()
    packed = workdir / "packed.weights.h5"
    store_in_half(workdir / "model.weights.h5", packed)
    deblurrer = Deblurrer(workdir / "config.gin", packed)
    for name, source in sources.items():
        summary = evaluate(deblurrer, source, workdir / name, overwrite=True)
        before, after = summary["input_psnr_db"], summary["psnr_db"]
        print(f"{name}: {before:.3f} dB to {after:.3f} dB on {summary['num_images']} images")
    return 0


if __name__ == "__main__":
    sys.exit(cli.run_module(sys.modules[__name__], Path(__file__).name))
