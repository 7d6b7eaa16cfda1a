"""What to restore and where to put it."""

import dataclasses
import glob
import itertools
import os
from collections.abc import Iterable
from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.images.writer import IMAGE_SUFFIXES
from tfdeblur.video import VIDEO_SUFFIXES, result_name

_SUFFIXES = IMAGE_SUFFIXES | VIDEO_SUFFIXES


@dataclasses.dataclass(frozen=True)
class Job:
    """One image or video to restore: read `source`, write `target`."""

    source: Path
    target: Path


def plan_jobs(inputs: Iterable[str | os.PathLike], output_dir: str | os.PathLike) -> list[Job]:
    """Plans one job for every image and video among the inputs.

    A file goes to `output_dir` under its own name (a few kinds of videos become MKV). Of
    a folder, all images and videos at any depth go there under their paths within the
    folder, and of a pattern under their paths from its first wildcard on. Hidden files are
    left out, and so is `output_dir` where it lies among them, or a second run would
    restore results.

    Args:
      inputs: paths of image files, video files and folders, and patterns of them.
      output_dir: folder for the results; need not exist yet.

    Raises:
      InputError: when the output is a file, a folder or pattern stands for no images, a
        result would take the place of its input, or two would be the same file.
    """
    output_dir = Path(output_dir)
    if output_dir.exists() and not output_dir.is_dir():
        raise InputError(f"{output_dir}: expected a directory for the results; this is a file.")
    jobs: dict[Path, Job] = {}
    for given in inputs:
        for source, relative in _found(given, output_dir):
            job = Job(source, output_dir / result_name(relative))
            if job.target.resolve() == source.resolve():
                raise InputError(
                    f"{source}: its result would take its place; choose another --output than "
                    f"{output_dir}, so that the original is kept."
                )
            earlier = jobs.setdefault(job.target, job)
            if earlier is not job and earlier.source.resolve() != source.resolve():
                raise InputError(
                    f"{earlier.source} and {source} would both be written to {job.target}; "
                    "restore them in two runs with different outputs."
                )
    return list(jobs.values())


def is_pattern(given: str | os.PathLike) -> bool:
    """Whether `given` stands for other paths; a name that exists, like `odd[1].png`, does not."""
    return glob.has_magic(str(given)) and not Path(given).exists()


def matching(pattern: str | os.PathLike) -> tuple[Path, list[Path]]:
    """Lists what a pattern stands for: `*`, `?`, `[ab]`, and `**` for folders at any depth.

    Hidden files are matched by patterns that name the dot.

    Returns:
      (base, paths): the folder before the first part with a wildcard, and the sorted
      paths in it, files and folders.
    """
    parts = Path(pattern).parts
    base = Path(*itertools.takewhile(lambda part: not glob.has_magic(part), parts))
    found = glob.glob(str(pattern), recursive=True)  # noqa: PTH207 - the pattern may be absolute
    return base, sorted(map(Path, found))


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
