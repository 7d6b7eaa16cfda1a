r"""Restore blurred images and folders of images.

Every INPUT is an image file (PNG, JPEG, TIFF, WebP, BMP) or a folder, which is
searched at any depth. Results go to --output under the same names and in the
same format; bit depth, transparency, grayscale, orientation and colour profile
are kept:

  tfdeblur deblur --model=dmphn_1_2_4 --weights=dmphn_1_2_4.weights.h5 \
      --output=restored photo.jpg holiday_photos/

An input that cannot be restored is reported and the others are done; the exit
status is then 2.
"""

import sys

from absl import flags

from tfdeblur import cli
from tfdeblur.errors import InputError

REQUIRED_FLAGS = ("model", "weights", "output")


def define_flags(flag_values):
    flags.DEFINE_string("model", None, "Preset, e.g. dmphn_1_2_4.", flag_values=flag_values)
    flags.DEFINE_string(
        "weights", None, "Weight file of that model (.weights.h5).", flag_values=flag_values
    )
    flags.DEFINE_string("output", None, "Folder for the results.", flag_values=flag_values)
    flags.DEFINE_bool("overwrite", False, "Replace results that exist.", flag_values=flag_values)
    flags.DEFINE_bool(
        "skip_existing",
        False,
        "Pass over inputs whose result exists: goes on where an earlier run stopped.",
        flag_values=flag_values,
    )


def main(flag_values, arguments):
    if not arguments:
        raise InputError("Received no INPUT; expected at least one image file or folder.")
    if flag_values.overwrite and flag_values.skip_existing:
        raise InputError("Received both --overwrite and --skip_existing; expected one of them.")
    with cli.quiet_framework_import():
        from tfdeblur.inference.engine import Deblurrer
        from tfdeblur.inference.files import deblur_files, plan_jobs
    jobs = plan_jobs(arguments, flag_values.output)
    deblurrer = Deblurrer(flag_values.model, flag_values.weights)
    failures = deblur_files(deblurrer, jobs, _on_existing(flag_values))
    print(f"{len(jobs) - len(failures)} of {len(jobs)} images are in {flag_values.output}")
    return cli.EXIT_INPUT_ERROR if failures else 0


def _on_existing(flag_values):
    if flag_values.overwrite:
        return "overwrite"
    return "skip" if flag_values.skip_existing else "refuse"


if __name__ == "__main__":
    sys.exit(cli.run_app("deblur"))
