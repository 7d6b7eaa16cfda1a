r"""Measure speed on this machine.

--what=input: crops per second and core that the training input pipeline makes
from 720p PNG pairs, beside decoding both images for every crop:

  tfdeblur benchmark --what=input
  tfdeblur benchmark --what=input --pairs=DIR_WITH_input_AND_target

Prints readable lines and, last, one line of JSON. Machines are noisy: compare
the ratios, which come from measuring in turn, rather than single figures.
"""

import json
import sys

from absl import flags

from tfdeblur import cli
from tfdeblur.errors import InputError

REQUIRED_FLAGS = ("what",)


def define_flags(flag_values):
    flags.DEFINE_enum("what", None, ["input"], "What to measure.", flag_values=flag_values)
    flags.DEFINE_string(
        "pairs",
        None,
        "Folder of pairs (input/ and target/) to read; default: 720p pairs made on the spot.",
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "crop_size", 256, "Side of the crops in pixels.", lower_bound=1, flag_values=flag_values
    )
    flags.DEFINE_integer(
        "crops_per_pair",
        16,
        "Crops taken each time a pair is decoded.",
        lower_bound=1,
        flag_values=flag_values,
    )
    flags.DEFINE_integer("batch_size", 8, "Crops a batch.", lower_bound=1, flag_values=flag_values)
    flags.DEFINE_integer("rounds", 3, "Measurements.", lower_bound=1, flag_values=flag_values)


def main(flag_values, arguments):
    if arguments:
        raise InputError(f"Received {arguments[0]!r}; expected flags only (see --help).")
    with cli.quiet_framework_import():
        from tfdeblur.data.input_benchmark import measure_input
        from tfdeblur.data.pipeline import CropSettings
    settings = CropSettings(
        crop_size=flag_values.crop_size, crops_per_pair=flag_values.crops_per_pair
    )
    result = measure_input(flag_values.pairs, flag_values.batch_size, settings, flag_values.rounds)
    for way in ("ours", "tf_data", "worker"):
        rates = result[way]
        print(
            f"{way:<8}{rates['crops_per_core_second']:8.1f} crops a core second"
            f"{rates['crops_per_second']:8.1f} crops a second"
        )
    print(
        f"ours is {result['ratio_to_tf_data']:.1f} times tf_data, "
        f"{result['ratio_to_worker']:.1f} times worker, per core"
    )
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(cli.run_app("benchmark"))
