r"""Restore blurred images, videos and folders of them.

Every INPUT is an image file (PNG, JPEG, TIFF, WebP, BMP, AVIF, and
HEIC with the extra heic), a video, a folder, which
is searched at any depth, or a quoted pattern such as 'day*/**/*.png'. Results go to
--output under the same names and in the same format; bit depth, transparency,
grayscale, orientation and colour profile are kept. Of a single INPUT, --output may be
the file to write. Without --model it is the network whose weights come with this package:

  tfdeblur deblur photo.jpg
  tfdeblur deblur photo.jpg -o sharp.png
  tfdeblur download dmphn_1_2_4
  tfdeblur deblur --model=dmphn_1_2_4 --output=restored photo.jpg holiday_photos/

Photos of a phone are blurred over more pixels than a network looks at: they are restored
reduced, and what changed is added at full size (--scale, chosen for each photo).

An image too large for one piece is restored in tiles (--tile, --overlap), and
--ensemble=8 averages over turned and mirrored copies, for eight times the time.
Without --model the average is over the image and its mirror image.

A stacked network can run only its first units, for less time and less quality:
--depth says how many, or --time_budget_ms chooses the most that restore the
first image in that time.

Of a video only the picture changes: sound, times and rotation are kept, and an
interrupted one is gone on with. --runner=beam shares out the inputs to the workers
of an Apache Beam pipeline (--beam_options) and writes what could not be done to
failures.jsonl in --output.

An input that cannot be restored is reported and the others are done; the exit
status is then 2.
"""

import functools
import sys
from pathlib import Path

from absl import flags

from tfdeblur import cli
from tfdeblur.app_flags import (
    check_folder,
    check_model_flags,
    define_network_flags,
    define_output,
    define_path,
    expanded,
    given,
    network_settings,
    was_given,
)
from tfdeblur.choices import SCALES
from tfdeblur.errors import InputError, printable

REQUIRED_FLAGS = ()

RUNNERS = ("local", "beam")

# They look at the first image, write more than one file for an input, or take more than one.
_LOCAL_ONLY = ("time_budget_ms", "save_intermediate", "batch_size")

_FIXED_BY_EXPORT = (
    *("model", "weights", "depth", "time_budget_ms", "save_intermediate", "jit_compile"),
    *("engine", "precision"),
)

# Of thousands, a terminal is no place; the file has them all.
_MOST_NAMED = 20


def define_flags(flag_values):
    define_network_flags(flag_values)
    define_path(
        "saved_model",
        None,
        "Folder that `tfdeblur export` wrote, in place of --model and --weights.",
        flag_values,
    )
    define_output(
        "restored", "Folder for the results; of a single INPUT also the file.", flag_values
    )
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
        "Longest side of the tiles that large images are cut into, in pixels; none: never cut. "
        "auto keeps memory under 2 GB; smaller tiles change the result more.",
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "overlap",
        None,
        "Pixels that neighbouring tiles share (default: 128, or half the tile if that is less).",
        flag_values=flag_values,
    )
    flags.DEFINE_enum(
        "scale",
        "auto",
        ["auto", *map(str, SCALES)],
        "Restore an image reduced by so much, and add what changed there to it at full size: for "
        "blur over many pixels. auto chooses it for images above 1.5 megapixels.",
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "bucket",
        1,
        "With XLA, pad sides to multiples of so many pixels, e.g. 64: fewer compilations in a "
        "folder of many sizes, but other results near the patches of a DMPHN.",
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
    flags.DEFINE_float(
        "video_crf",
        17,
        "Quality of videos: 0 is the best, and every 6 more halve the file.",
        lower_bound=0,
        upper_bound=51,
        flag_values=flag_values,
    )
    flags.DEFINE_enum(
        "runner",
        "local",
        RUNNERS,
        "Where to run: in this process, or as an Apache Beam pipeline over shared files.",
        flag_values=flag_values,
    )
    flags.DEFINE_string(
        "beam_options",
        "",
        "With --runner=beam, options of the pipeline: "
        '"--runner=DirectRunner --direct_num_workers=2".',
        flag_values=flag_values,
    )


def main(flag_values, arguments):
    if not arguments:
        raise InputError("Received no INPUT; expected at least one image file, video or folder.")
    for one, other in (("overwrite", "skip_existing"), ("depth", "time_budget_ms")):
        if was_given(flag_values, one) and was_given(flag_values, other):
            raise InputError(f"Received both --{one} and --{other}; expected one of them.")
    _check_network(flag_values)
    _check_runner(flag_values)

    from tfdeblur.inference.jobs import HINTS, plan_jobs
    from tfdeblur.system.file_tree import passed_over_in_words

    passed_over: list[Path] = []
    inputs = [expanded(argument) for argument in arguments]
    jobs = plan_jobs(inputs, flag_values.output, passed_over)
    failures = (_on_beam if flag_values.runner == "beam" else _here)(flag_values, jobs)
    print(f"{len(jobs) - len(failures)} of {len(jobs)} images are in {flag_values.output}")
    if passed_over:
        print(passed_over_in_words(passed_over, HINTS))
    return cli.EXIT_INPUT_ERROR if failures else 0


def make_deblurrer(saved_model, settings):
    """The `Deblurrer` of `settings`; its network from an exported file unless that is None.

    A public function of picklable arguments, because Beam's workers call it.
    """
    from tfdeblur.inference.engine import Deblurrer

    if saved_model is not None:
        from tfdeblur.inference.runtimes.saved_model import SavedModelRuntime

        settings = {"model": SavedModelRuntime(saved_model), **settings}
    return Deblurrer(**settings)


def _here(flag_values, jobs):
    # Before the framework is imported, which takes seconds.
    problems = {job: _problem(job, flag_values) for job in jobs}
    for problem in filter(None, problems.values()):
        print(f"not done: {printable(problem)}", file=sys.stderr)
    refused = [job for job in jobs if problems[job]]
    to_do = [job for job in jobs if not problems[job] and not _is_skipped(job, flag_values)]
    return [*refused, *(_restore(flag_values, to_do) if to_do else ())]


def _is_skipped(job, flag_values):
    return flag_values.skip_existing and job.target.exists()


def _problem(job, flag_values):
    """Why a job cannot be done, as far as paths tell, or None."""
    from tfdeblur.inference.files import intermediate_folder

    if not job.source.exists():
        return f"{job.source}: no such file."
    written = [job.target]
    if flag_values.save_intermediate:
        written.append(intermediate_folder(job.target))
    for path in written:
        if path.exists() and _on_existing(flag_values) == "refuse":
            return (
                f"{path}: exists already; pass --overwrite to replace it or --skip_existing to "
                "keep it."
            )
    return None


def _restore(flag_values, jobs):
    from tfdeblur.inference.files import deblur_files

    deblurrer = make_deblurrer(flag_values.saved_model, _settings(flag_values))
    if flag_values.time_budget_ms is not None:
        deblurrer = _within_budget(deblurrer, jobs, flag_values.time_budget_ms)
    return deblur_files(
        deblurrer,
        jobs,
        _on_existing(flag_values),
        flag_values.save_intermediate,
        flag_values.video_crf,
    )


def _on_beam(flag_values, jobs):
    from tfdeblur.inference.beam import FAILURES, deblur_with_beam
    from tfdeblur.inference.jobs import names_a_file

    settings = _settings(flag_values)
    for name in ("model", "weights"):
        # Workers need not run in this folder. A preset's name is no file.
        if settings.get(name) is not None and Path(settings[name]).is_file():
            settings[name] = str(Path(settings[name]).absolute())
    saved_model = flag_values.saved_model and str(Path(flag_values.saved_model).absolute())
    make = functools.partial(make_deblurrer, saved_model, settings)
    make()  # so that a mistake in the flags is told here, once
    output = Path(flag_values.output)
    folder = output.parent if names_a_file(output) else output
    failures = deblur_with_beam(
        jobs,
        make,
        folder,
        _on_existing(flag_values),
        flag_values.video_crf,
        flag_values.beam_options,
    )
    for failure in failures[:_MOST_NAMED]:
        print(f"not done: {printable(failure['reason'])}", file=sys.stderr)
    if len(failures) > _MOST_NAMED:
        path = folder / FAILURES
        print(f"not done: {len(failures)} in all, listed in {path}", file=sys.stderr)
    return failures


def _check_network(flag_values):
    if flag_values.saved_model is None:
        check_model_flags(flag_values)
        return
    if others := given(flag_values, _FIXED_BY_EXPORT):
        raise InputError(
            f"Received --saved_model and {', '.join(others)}; expected --saved_model without, for "
            "an exported network is what it was exported as."
        )
    check_folder(flag_values.saved_model)


def _check_runner(flag_values):
    if flag_values.runner == "beam":
        if others := given(flag_values, _LOCAL_ONLY):
            raise InputError(
                f"Received --runner=beam and {', '.join(others)}; expected one of them."
            )
    elif flag_values.beam_options:
        raise InputError("Received --beam_options; expected --runner=beam with it.")


def _settings(flag_values):
    """The keyword arguments of `Deblurrer`, without the model where it is an exported one."""
    settings = network_settings(flag_values)
    if flag_values.saved_model is not None:
        settings = {name: settings[name] for name in ("device", "ensemble")}
    return {
        **settings,
        "tile": _number_or_word(flag_values.tile),
        "overlap": flag_values.overlap,
        "scale": _number_or_word(flag_values.scale),
        "bucket": flag_values.bucket,
        "batch_size": flag_values.batch_size,
    }


def _number_or_word(text):
    return int(text) if text.isdecimal() else text


def _within_budget(deblurrer, jobs, budget_ms):
    from tfdeblur.inference.adaptive_depth import deepest_within
    from tfdeblur.inference.files import first_readable

    photo = first_readable(jobs, deblurrer)
    if photo is None:
        return deblurrer
    chosen, measured = deepest_within(deblurrer, photo.pixels, budget_ms)
    times = ", ".join(f"{ms:.0f} ms at depth {depth}" for depth, ms in measured.items())
    print(f"depth {chosen.depth} of {chosen.num_units} for a budget of {budget_ms:g} ms: {times}")
    return chosen


def _on_existing(flag_values):
    if flag_values.overwrite:
        return "overwrite"
    return "skip" if flag_values.skip_existing else "refuse"


if __name__ == "__main__":
    sys.exit(cli.run_app("deblur"))
