"""What to restore and where to put it."""

import dataclasses
import mimetypes
import os
from collections.abc import Iterable
from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.images.writer import IMAGE_SUFFIXES, check_suffix
from tfdeblur.inference.patterns import is_pattern, matching
from tfdeblur.system.file_tree import files_in, goes_in_circles, passed_over_in_words
from tfdeblur.video import VIDEO_SUFFIXES, is_video, result_name

_SUFFIXES = IMAGE_SUFFIXES | VIDEO_SUFFIXES

# What more would be restored with another installation.
HINTS = dict.fromkeys((".heic", ".heif", ".avif"), "install the extra heic")


@dataclasses.dataclass(frozen=True)
class Job:
    """One image or video to restore: read `source`, write `target`."""

    source: Path
    target: Path


def names_a_file(output: str | os.PathLike) -> bool:
    """Whether an output is named as one image or video is, not as a folder of them."""
    kind = mimetypes.guess_type(Path(output).name)[0] or ""
    is_named = kind.startswith(("image/", "video/")) or Path(output).suffix.lower() in _SUFFIXES
    return is_named and not Path(output).is_dir()


def plan_jobs(
    inputs: Iterable[str | os.PathLike],
    output: str | os.PathLike,
    passed_over: list[Path] | None = None,
) -> list[Job]:
    """Plans one job for every image and video among the inputs.

    A file goes to the folder `output` under its own name (a few kinds of videos become
    MKV). Of a folder, all images and videos at any depth go there under their paths within
    the folder, and of a pattern under their paths from its first wildcard on. Hidden files
    are left out, and so is `output` where it lies among them, or a second run would
    restore results. Linked folders are searched like others.

    Args:
      inputs: paths of image files, video files and folders, and patterns of them.
      output: folder for the results, which need not exist yet; or, of a single file, the
        file to write.
      passed_over: a list to which the files in folders are added that are neither image
        nor video; None where nobody wants to know.

    Raises:
      InputError: when the output is a file for more than one result or of a kind that is
        not written, a folder or pattern stands for no images, a result would take the place
        of its input, or two would be the same file.
    """
    if names_a_file(output):
        return [_single_job(inputs, Path(output))]
    output_dir = Path(output)
    if output_dir.exists() and not output_dir.is_dir():
        raise InputError(f"{output_dir}: expected a directory for the results; this is a file.")
    jobs: dict[Path, Job] = {}
    passed_over = [] if passed_over is None else passed_over
    for given in inputs:
        for source, relative in _found(given, output_dir, passed_over):
            job = Job(source, output_dir / result_name(relative))
            _keep_original(job, output_dir)
            earlier = jobs.setdefault(job.target, job)
            if earlier is not job and earlier.source.resolve() != source.resolve():
                raise InputError(
                    f"{earlier.source} and {source} would both be written to {job.target}; "
                    "restore them in two runs with different outputs."
                )
    return list(jobs.values())


def _single_job(inputs, output):
    if len(inputs) != 1 or is_pattern(inputs[0]) or Path(inputs[0]).is_dir():
        raise InputError(
            f"{output}: is the name of a file; expected a folder for the results, or a single "
            "image or video to restore."
        )
    job = Job(Path(inputs[0]), output)
    _keep_original(job, output)
    if not is_video(job.source):
        check_suffix(output)
    return job


def _keep_original(job, output):
    if job.target.resolve() == job.source.resolve():
        raise InputError(
            f"{job.source}: its result would take its place; choose another output than "
            f"{output}, so that the original is kept."
        )


def _found(given, output_dir, passed_over):
    """(path, path of its result in the output folder) of every file that an input stands for."""
    if is_pattern(given):
        base, paths = matching(given)
        paths = [path for path in paths if not goes_in_circles(path, base)]
        named = [path for path in paths if path.is_file()]
        within = [file for path in paths if path.is_dir() for file in files_in(path, base)]
        files = list(dict.fromkeys(named + within))
        missing = f"{given}: no image or video matches; expected a pattern of existing files"
    elif Path(given).is_dir():
        base = Path(given)
        files = files_in(base)
        missing = (
            f"{given}: the folder holds no images or videos; expected files ending in "
            f"{', '.join(sorted(_SUFFIXES))}"
        )
    else:
        return [(Path(given), Path(Path(given).name))]
    files = [file for file in files if not _is_result(file, base, output_dir)]
    others = [file for file in files if file.suffix.lower() not in _SUFFIXES]
    if len(others) == len(files):
        details = f" ({passed_over_in_words(others, HINTS)})" if others else ""
        raise InputError(f"{missing}{details}.")
    passed_over += others
    restored = [file for file in files if file.suffix.lower() in _SUFFIXES]
    return [(file, file.relative_to(base)) for file in restored]


def _is_result(path, searched, output_dir):
    """Whether it lies in an output folder within `searched`."""
    results = output_dir.resolve()
    return results != searched.resolve() and results in path.resolve().parents
