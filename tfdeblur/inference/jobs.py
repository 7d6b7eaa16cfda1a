"""What to restore and where to put it."""

import dataclasses
import mimetypes
from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.images.writer import IMAGE_SUFFIXES, check_suffix
from tfdeblur.inference.patterns import is_pattern, matching
from tfdeblur.video.containers import VIDEO_SUFFIXES, is_video, result_name

_SUFFIXES = IMAGE_SUFFIXES | VIDEO_SUFFIXES


@dataclasses.dataclass(frozen=True)
class Job:
    """One image or video to restore: read `source`, write `target`."""

    source: Path
    target: Path


def names_a_file(output):
    """Whether an output is named as one image or video is, not as a folder of them."""
    kind = mimetypes.guess_type(Path(output).name)[0] or ""
    is_named = kind.startswith(("image/", "video/")) or Path(output).suffix.lower() in _SUFFIXES
    return is_named and not Path(output).is_dir()


def plan_jobs(inputs, output):
    """One job for every image and video among the inputs.

    A file goes to the folder `output` under its own name (a few kinds of videos become
    MKV). Of a folder, all images and videos at any depth go there under their paths within
    the folder, and of a pattern under their paths from its first wildcard on. Hidden files
    are left out, and so is `output` where it lies among them, or a second run would
    restore results.

    Args:
      inputs: paths of image files, video files and folders, and patterns of them.
      output: folder for the results, which need not exist yet; or, of a single file, the
        file to write.

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
    for given in inputs:
        for source, relative in _found(given, output_dir):
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


def _found(given, output_dir):
    """(path, path of its result in the output folder) of every file that an input stands for."""
    if is_pattern(given):
        base, paths = matching(given)
        named = [path for path in paths if _is_input(path, base, output_dir)]
        within = [file for path in paths if path.is_dir() for file in _files(path, output_dir)]
        files = dict.fromkeys(named + within)
        if not files:
            raise InputError(
                f"{given}: no image or video matches; expected a pattern of existing files."
            )
    elif Path(given).is_dir():
        base, files = Path(given), dict.fromkeys(_files(Path(given), output_dir))
        if not files:
            raise InputError(
                f"{given}: the folder holds no images or videos; expected files ending in "
                f"{', '.join(sorted(_SUFFIXES))}."
            )
    else:
        return [(Path(given), Path(Path(given).name))]
    return [(file, file.relative_to(base)) for file in files]


def _files(folder, output_dir):
    return [
        path
        for path in sorted(folder.rglob("*"))
        if _is_input(path, folder, output_dir)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _is_input(path, searched, output_dir):
    """Whether it is an image or video and no result in an output folder within `searched`."""
    results = output_dir.resolve()
    return (
        path.suffix.lower() in _SUFFIXES
        and path.is_file()
        and (results == searched.resolve() or results not in path.resolve().parents)
    )
