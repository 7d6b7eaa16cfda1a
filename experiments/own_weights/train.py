r"""Trains the weights that come with the package, measures them and packs them.

  python experiments/own_weights/train.py --sharp_dir=photographs --workdir=own_weights \
      --minutes=170 --validation_pairs=real_validation

Makes pairs from the photographs beside the training, trains `residual_unet` at a constant learning
rate, and goes on from where the last run in the same workdir stopped. The last part of the time is
a branch on which the learning rate falls to nothing; the next run goes on from before that branch,
so that training can be made longer at any time. Then it writes to the workdir

  packed.weights.h5  the weights in float16, for tfdeblur/pretrained
  curve.csv          step, hours of training and gain in dB on held-out synthetic pairs, on those
                     that are sharp already, and on the real pairs

On GPUs: KERAS_BACKEND=jax, with --batch_size=32 --minutes=11. Nothing of the real pairs is trained
on. SIGTERM saves and stops.
"""

import sys
from pathlib import Path

from absl import flags

from tfdeblur import cli
from tfdeblur.app_flags import expect_no_arguments

REQUIRED_FLAGS = ("sharp_dir", "workdir", "minutes")


def define_flags(flag_values):
    for name, default, help_text in (
        ("sharp_dir", None, "Folder of sharp photographs."),
        ("workdir", None, "Folder of the run; resumed if it is there."),
        ("validation_pairs", None, "Folder of real pairs to measure on: input/ and target/."),
        ("model", "residual_unet", "Preset to train."),
        ("precision", "float32", "float32 or bfloat16."),
    ):
        flags.DEFINE_string(name, default, help_text, flag_values=flag_values)
    for name, default, help_text in (
        ("minutes", None, "How long to train."),
        (
            "cooldown",
            0.15,
            "Fraction of the minutes in which the learning rate falls.",
        ),
        ("learning_rate", 5e-4, "Of Adam, before the end."),
        ("ema", 0.999, "Decay of the averaged weights."),
    ):
        flags.DEFINE_float(name, default, help_text, flag_values=flag_values)
    for name, default, help_text in (
        ("batch_size", 4, "Crops a step."),
        ("crop_size", 192, "Height and width of a crop."),
        ("num_shards", 120, "Shards of pairs to make in all, 64 pairs each."),
        ("makers", 1, "Processes that make pairs."),
        ("report_every", 500, "Steps between two measurements."),
    ):
        flags.DEFINE_integer(name, default, help_text, flag_values=flag_values)


def main(flag_values, arguments):
    expect_no_arguments(arguments)

    import loop

    loop.train(flag_values)
    return 0


if __name__ == "__main__":
    sys.exit(cli.run_module(sys.modules[__name__], Path(__file__).name))
