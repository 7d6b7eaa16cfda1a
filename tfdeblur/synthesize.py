r"""Make pairs for training from high-frame-rate video.

Every INPUT is a video file of at least --min_fps frames a second, or a folder with
the frames of one video. Consecutive frames are averaged in linear light, which gives
the blurred image; the frame in the middle is the sharp one:

  tfdeblur synthesize --output=pairs slow_motion.mov other_video_frames/

writes pairs/input/ and pairs/target/ (PNG, same names), report.csv with what was
measured on each pair and why it was rejected, and contact_sheet.png to look at.

Rejected is a pair whose sharp frame is blurred, noisy or without detail, and one
between whose frames things move so far that the mean would show ghosts. Record in
daylight, with a short shutter time, moving the camera by hand.
"""

import collections
import re
import sys
import zlib
from pathlib import Path

import numpy as np
from absl import flags
from tqdm import tqdm

from tfdeblur import cli
from tfdeblur.app_flags import define_output, define_path, define_paths
from tfdeblur.errors import InputError, printable
from tfdeblur.images.photo import Photo
from tfdeblur.images.reader import read_image
from tfdeblur.images.writer import write_image
from tfdeblur.synthesis.camera_response import camera_response
from tfdeblur.synthesis.contact_sheet import contact_sheet, spread
from tfdeblur.synthesis.frames import open_frames
from tfdeblur.synthesis.guidelines import guidelines
from tfdeblur.synthesis.pair_folder import CONTACT_SHEET, REPORT, PairFolder
from tfdeblur.synthesis.pairs import averaged_pairs

REQUIRED_FLAGS = ("output",)

_PAIRS_ON_SHEET = 24


def define_flags(flag_values):
    define_paths("input", "The same as an INPUT; may be repeated.", flag_values)
    define_output(None, "Folder for the pairs.", flag_values)
    flags.DEFINE_string(
        "num_frames",
        "7-13",
        "Frames to average: an odd number, or a range from which one is drawn per INPUT.",
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "stride",
        None,
        "Frames from one pair to the next (default: as many as are averaged).",
        lower_bound=1,
        flag_values=flag_values,
    )
    define_path(
        "crf",
        "gamma2.2",
        "Camera response: gamma2.2, linear, or a file with a line `light stored` per sample.",
        flag_values,
    )
    flags.DEFINE_integer("seed", 0, "Seed of what is drawn.", flag_values=flag_values)
    flags.DEFINE_bool(
        "overwrite", False, "Replace the pairs of an earlier run.", flag_values=flag_values
    )
    for name, default, help_text in (
        ("min_fps", 120.0, "Least frame rate of a video file; folders have none."),
        ("max_blur", 0.42, "Most blur in a sharp frame, from 0 to 1."),
        ("max_noise", 5.0, "Most noise in a sharp frame, in grey levels."),
        ("max_smooth", 0.4, "Largest region without detail, as a fraction of the frame."),
        ("max_step", 5.0, "Most motion in pixels from one frame to the next."),
    ):
        flags.DEFINE_float(name, default, help_text, lower_bound=0, flag_values=flag_values)


def main(flag_values, arguments):
    inputs = [*flag_values.input, *arguments]
    if not inputs:
        raise InputError("Received no INPUT; expected at least one video file or frame folder.")
    least, most = _range(flag_values.num_frames)
    response = camera_response(flag_values.crf)
    rules = guidelines(flag_values.max_blur, flag_values.max_noise, flag_values.max_smooth)
    # All inputs are looked at first: the last one's fault is not found after hours.
    sources = _named([open_frames(path, flag_values.min_fps) for path in inputs])
    if _is_filled(flag_values.output) and not flag_values.overwrite:
        raise InputError(
            f"{flag_values.output}: the folder is not empty; pass --overwrite to replace the pairs "
            "of an earlier run, or choose another."
        )
    folder = PairFolder(
        flag_values.output, [*(rule.name for rule in rules), "step_px"], flag_values.overwrite
    )
    num_failures = 0
    try:
        total = sum(source.num_frames for source in sources.values())
        with tqdm(total=total or None, unit="frame", disable=None) as progress:
            for name, source in sources.items():
                num_frames = _draw_odd(least, most, flag_values.seed, name)
                pairs = averaged_pairs(
                    _counted(source, progress),
                    num_frames,
                    flag_values.stride or num_frames,
                    response,
                    rules,
                    flag_values.max_step,
                )
                try:
                    _write_pairs(folder, name, source, num_frames, pairs)
                except InputError as error:
                    num_failures += 1
                    folder.add_failure(source.path, error)
                    progress.write(f"not done: {printable(error)}", file=sys.stderr)
    finally:
        folder.write_report()
    _summarize(folder)
    return cli.EXIT_INPUT_ERROR if num_failures else 0


def _is_filled(folder):
    return Path(folder).is_dir() and any(Path(folder).iterdir())


def _write_pairs(folder, name, source, num_frames, pairs):
    num_pairs = 0
    for pair in pairs:
        folder.add(
            f"{name}_{num_frames:02d}_{pair.middle_index:06d}", source.path, num_frames, pair
        )
        num_pairs += 1
    if not num_pairs:
        raise InputError(
            f"{source.path}: holds {source.num_frames} frames; expected at least the {num_frames} "
            "that one pair takes. Lower --num_frames."
        )


def _range(text):
    """(least, most) of "11" or "7-13"."""
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    bounds = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 3 <= bounds[0] <= bounds[1] or not _odd_numbers(*bounds):
        raise InputError(
            f"Received --num_frames={text}; expected an odd number of at least 3, such as 11, or "
            "a range such as 7-13."
        )
    return bounds


def _odd_numbers(least, most):
    return [number for number in range(least, most + 1) if number % 2 == 1]


def _draw_odd(least, most, seed, name):
    # From the name, not from the order: another input beside it changes nothing.
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    return int(rng.choice(_odd_numbers(least, most)))


def _named(sources):
    named: dict = {}
    for source in sources:
        name = source.path.resolve().stem
        if name in named:
            raise InputError(
                f"{named[name].path} and {source.path} would give their pairs the same names; "
                "rename one, or use two outputs."
            )
        named[name] = source
    return named


def _counted(frames, progress):
    for frame in frames:
        yield frame
        progress.update()


def _summarize(folder):
    accepted = folder.accepted
    rejected = [row["reason"] for row in folder.rows if row["accepted"] == "no" and "pair" in row]
    if not accepted:
        first = f" ({rejected[0]})" if rejected else ""
        raise InputError(
            f"{folder.path}: none of {len(rejected)} pairs was accepted{first}; "
            f"{folder.path / REPORT} has the reasons of all."
        )
    shown = []
    for name in spread(accepted, _PAIRS_ON_SHEET):
        blurred, sharp = (read_image(file).pixels for file in folder.files(name))
        shown.append((name, blurred, sharp))
    write_image(folder.path / CONTACT_SHEET, Photo(contact_sheet(shown)))
    print(f"{len(accepted)} of {len(accepted) + len(rejected)} pairs are in {folder.path}")
    # Measured values are in parentheses; without them equal reasons are equal.
    reasons = collections.Counter(
        re.sub(r" \(.*?\)|of [\d.]+ pixels ", "", reason)
        for text in rejected
        for reason in text.split("; ")
    )
    for reason, count in reasons.most_common():
        print(f"  rejected {count}: {reason}")


if __name__ == "__main__":
    sys.exit(cli.run_app("synthesize"))
