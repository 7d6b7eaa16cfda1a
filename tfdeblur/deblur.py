r"""Restore blurred images and folders of images.

Every INPUT is an image file (PNG, JPEG, TIFF, WebP, BMP) or a folder, which is
searched at any depth. Results go to --output under the same names and in the
same format; bit depth, transparency, grayscale, orientation and colour profile
are kept:

  tfdeblur deblur --model=dmphn_1_2_4 --weights=dmphn_1_2_4.weights.h5 \
      --output=restored photo.jpg holiday_photos/

An image too large for one piece is restored in tiles (--tile, --overlap), and
--ensemble=8 averages over turned and mirrored copies, for eight times the time.

A stacked network can run only its first units, for less time and less quality:
--depth says how many, or --time_budget_ms chooses the most that restore the
first image in that time.

An input that cannot be restored is reported and the others are done; the exit
status is then 2.
"""

import sys

from absl import flags

from tfdeblur import cli
from tfdeblur.errors import InputError
from tfdeblur.network_flags import define_network_flags, network_settings

REQUIRED_FLAGS = ("output",)


def define_flags(flag_values):
    define_network_flags(flag_values)
    flags.DEFINE_string(
        "saved_model",
        None,
        "Folder that `tfdeblur export` wrote, in place of --model and --weights.",
        flag_values=flag_values,
    )
    flags.DEFINE_string("output", None, "Folder for the results.", flag_values=flag_values)
    flags.DEFINE_bool("overwrite", False, "Replace results that exist.", flag_values=flag_values)
    flags.DEFINE_bool(
        "skip_existing",
        False,
        "Pass over inputs whose result exists: goes on where an earlier run stopped.",
        flag_values=flag_values,
    )
    flags.DEFINE_string(
        "tile",
        "auto",
        "Longest side of the tiles that large images are cut into, in pixels; none: never cut.",
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "overlap", 128, "Pixels that neighbouring tiles share.", flag_values=flag_values
    )
    flags.DEFINE_integer(
        "bucket",
        64,
        "With XLA, pad sides to multiples of so many pixels, so that close sizes share a "
        "compilation.",
        lower_bound=1,
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "batch_size",
        1,
        "Images or tiles of one size to restore at once: for accelerators.",
        lower_bound=1,
        flag_values=flag_values,
    )
    flags.DEFINE_float(
        "time_budget_ms",
        None,
        "Choose the depth: the most units that restore the first image within this time.",
        lower_bound=0,
        flag_values=flag_values,
    )
    flags.DEFINE_bool(
        "save_intermediate",
        False,
        "Also write every level's residual and every unit's output, to NAME_intermediate/.",
        flag_values=flag_values,
    )


def main(flag_values, arguments):
    if not arguments:
        raise InputError("Received no INPUT; expected at least one image file or folder.")
    for one, other in (("overwrite", "skip_existing"), ("depth", "time_budget_ms")):
        if _is_given(flag_values[one]) and _is_given(flag_values[other]):
            raise InputError(f"Received both --{one} and --{other}; expected one of them.")
    _check_network(flag_values)
    with cli.quiet_framework_import():
        from tfdeblur.inference.engine import Deblurrer
        from tfdeblur.inference.files import deblur_files, plan_jobs
    jobs = plan_jobs(arguments, flag_values.output)
    deblurrer = Deblurrer(
        **_network(flag_values),
        tile=_tile(flag_values.tile),
        overlap=flag_values.overlap,
        bucket=flag_values.bucket,
        batch_size=flag_values.batch_size,
    )
    if flag_values.time_budget_ms is not None:
        deblurrer = _within_budget(deblurrer, jobs, flag_values.time_budget_ms)
    failures = deblur_files(
        deblurrer, jobs, _on_existing(flag_values), flag_values.save_intermediate
    )
    print(f"{len(jobs) - len(failures)} of {len(jobs)} images are in {flag_values.output}")
    return cli.EXIT_INPUT_ERROR if failures else 0


def _is_given(flag):
    # Not by its truth: a budget of 0 is given. Not by its presence: --nooverwrite asks for nothing.
    return flag.value is not None and flag.value is not False


def _check_network(flag_values):
    needed = ("model", "weights")
    if flag_values.saved_model is None:
        missing = [f"--{name}" for name in needed if flag_values[name].value is None]
        if missing:
            raise InputError(f"Expected {' and '.join(missing)} as well, or --saved_model.")
        return
    fixed = (*needed, "depth", "time_budget_ms", "save_intermediate", "engine", "precision")
    given = [f"--{name}" for name in fixed if flag_values[name].present]
    if given:
        raise InputError(
            f"Received --saved_model and {', '.join(given)}; expected --saved_model without, for "
            "an exported network is what it was exported as."
        )


def _network(flag_values):
    settings = network_settings(flag_values)
    if flag_values.saved_model is None:
        return settings
    from tfdeblur.inference.runtimes.saved_model import SavedModelRuntime

    exported = SavedModelRuntime(flag_values.saved_model)
    return {
        "model": exported,
        "device": settings["device"],
        "ensemble": settings["ensemble"],
    }


def _tile(text):
    return int(text) if text.isdecimal() else text


def _within_budget(deblurrer, jobs, budget_ms):
    from tfdeblur.inference.adaptive_depth import deepest_within, measure_depths
    from tfdeblur.inference.files import first_readable

    photo = first_readable(jobs, deblurrer)
    if photo is None:
        return deblurrer
    measured = measure_depths(deblurrer, photo.pixels, budget_ms)
    depth = deepest_within(measured, budget_ms)
    times = ", ".join(f"{ms:.0f} ms at depth {depth}" for depth, ms in measured.items())
    print(f"depth {depth} of {deblurrer.num_units} for a budget of {budget_ms:g} ms: {times}")
    return deblurrer.at_depth(depth)


def _on_existing(flag_values):
    if flag_values.overwrite:
        return "overwrite"
    return "skip" if flag_values.skip_existing else "refuse"


if __name__ == "__main__":
    sys.exit(cli.run_app("deblur"))
