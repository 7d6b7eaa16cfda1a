"""Restoring files and folders: what to read, where to write, what went wrong."""

import contextlib
import dataclasses
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tfdeblur.errors import InputError
from tfdeblur.images.photo import Photo
from tfdeblur.images.reader import image_size, read_image
from tfdeblur.images.writer import IMAGE_SUFFIXES, check_writable, write_image
from tfdeblur.inference.equal_groups import equal_groups
from tfdeblur.inference.video.containers import (
    DEFAULT_CRF,
    VIDEO_SUFFIXES,
    is_video,
    result_name,
)

ON_EXISTING = ("refuse", "skip", "overwrite")


@dataclasses.dataclass(frozen=True)
class Job:
    """One image or video to restore: read `source`, write `target`."""

    source: Path
    target: Path


def plan_jobs(inputs, output_dir):
    """What to restore and where to put it.

    A file goes to `output_dir` under its own name (a few kinds of videos become MKV). Of
    a folder, all images and videos at any depth go there under their paths within the
    folder; hidden files are left out, and so is `output_dir` where it lies in the folder,
    or a second run would restore results.

    Args:
      inputs: paths of image files, video files and folders.
      output_dir: folder for the results; need not exist yet.

    Raises:
      InputError: when the output is a file, a folder holds no images, a result
        would take the place of its input, or two would be the same file.
    """
    output_dir = Path(output_dir)
    if output_dir.exists() and not output_dir.is_dir():
        raise InputError(f"{output_dir}: expected a directory for the results; this is a file.")
    jobs: dict[Path, Job] = {}
    for given in map(Path, inputs):
        for source, relative in _images(given, output_dir):
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


def _images(given, output_dir):
    if not given.is_dir():
        return [(given, Path(given.name))]
    results = output_dir.resolve()
    found = [
        (path, path.relative_to(given))
        for path in sorted(given.rglob("*"))
        if path.suffix.lower() in IMAGE_SUFFIXES | VIDEO_SUFFIXES
        and path.is_file()
        and (results == given.resolve() or results not in path.resolve().parents)
        and not any(part.startswith(".") for part in path.relative_to(given).parts)
    ]
    if not found:
        raise InputError(
            f"{given}: the folder holds no images or videos; expected files ending in "
            f"{', '.join(sorted(IMAGE_SUFFIXES | VIDEO_SUFFIXES))}."
        )
    return found


def deblur_files(
    deblurrer,
    jobs,
    on_existing="refuse",
    save_intermediate=False,
    video_crf=DEFAULT_CRF,
    report=None,
):
    """Restores every job it can; one that fails does not stop the others.

    Shows a progress bar with rate and time left on a terminal, and one line for
    each job that was not done.

    Args:
      deblurrer: a `tfdeblur.Deblurrer`.
      jobs: list of `Job`.
      on_existing: what to do where a target exists, one of `ON_EXISTING`:
        "refuse" counts it as not done, "skip" passes over it, "overwrite"
        replaces it.
      save_intermediate: also write what the network computes on the way, into the
        folder NAME_intermediate beside the result.
      video_crf: quality of videos, as `crf` of `video.pipeline.deblur_video`.
      report: function of (job, reason), called for each job that was not done in place
        of that line on standard error; then no bar is shown either.

    Returns:
      The list of jobs that were not done.

    Raises:
      ValueError: for an unknown `on_existing`.
    """
    check_on_existing(on_existing)
    run = _Run(deblurrer, on_existing, save_intermediate, video_crf, report)
    with tqdm(jobs, unit="image", disable=True if report else None) as run.progress:
        for group in equal_groups(run.photos(), _shape_and_dtype, deblurrer.batch_size):
            for job, photo in run.restored(group):
                with run.reporting(job):
                    _write(job.target, photo)
    return run.failures


def check_on_existing(on_existing):
    """Raises ValueError unless it is one of `ON_EXISTING`."""
    if on_existing not in ON_EXISTING:
        raise ValueError(
            f"Received on_existing={on_existing!r}; expected one of {', '.join(ON_EXISTING)}."
        )


class _Run:
    """One call of `deblur_files`: its settings, its progress and what could not be done."""

    def __init__(self, deblurrer, on_existing, save_intermediate, video_crf, report):
        self.deblurrer = deblurrer
        self.on_existing = on_existing
        self.save_intermediate = save_intermediate
        self.video_crf = video_crf
        self.failures: list[Job] = []
        self.progress: Any = None
        self.report = report or self._print

    @contextlib.contextmanager
    def reporting(self, *jobs):
        """What goes wrong inside is told of all `jobs` and does not go further."""
        try:
            yield
        except (InputError, OSError) as error:
            self.failures.extend(jobs)
            for job in jobs:
                self.report(job, _naming_the_file(job, error))

    def _print(self, job, reason):
        self.progress.write(f"not done: {reason}", file=sys.stderr)

    def photos(self):
        """Yields (job, photo) of every image to be done, read when asked for; does the videos."""
        for job in self.progress:
            if self.on_existing == "skip" and job.target.exists():
                continue
            with self.reporting(job):
                if self.on_existing == "refuse":
                    _refuse_existing(job.target, self.save_intermediate)
                if is_video(job.source):
                    self.deblur_video(job)
                    continue
                photo = read_checked(job.source, self.deblurrer)
                check_writable(job.target, photo)
                yield job, photo

    def deblur_video(self, job):
        # PyAV is needed for videos alone, and takes time to import.
        from tfdeblur.inference.video.pipeline import deblur_video

        if self.save_intermediate:
            raise InputError(
                f"{job.source}: is a video; expected images where --save_intermediate is given."
            )
        deblur_video(self.deblurrer, job.source, job.target, overwrite=True, crf=self.video_crf)

    def restored(self, group):
        """(job, restored photo) of all in a group of equal sizes, or none of them."""
        jobs = [job for job, _ in group]
        photos = [photo for _, photo in group]
        with self.reporting(*jobs):
            if self.save_intermediate:
                images = [_write_intermediate(self.deblurrer, *each) for each in group]
            else:
                images = list(self.deblurrer.restore_all(photo.pixels for photo in photos))
            return list(zip(jobs, map(Photo.replace_pixels, photos, images), strict=True))
        return []


def _shape_and_dtype(job_and_photo):
    _, photo = job_and_photo
    return photo.pixels.shape, photo.pixels.dtype


def first_readable(jobs, deblurrer):
    """The photo of the first job that `deblurrer` can restore, or None."""
    for job in jobs:
        try:
            return read_checked(job.source, deblurrer)
        except (InputError, OSError):
            continue
    return None


def read_checked(source, deblurrer):
    """The photo in `source`, judged by its header before it is decoded.

    Raises:
      InputError: as `read_image`, and when its size is not one for `deblurrer`.
    """
    deblurrer.check_size(*image_size(source))
    return read_image(source)


def _naming_the_file(job, error):
    message = str(error)
    named = str(job.source) in message or str(job.target) in message
    return message if named else f"{job.source}: {message}"


def _refuse_existing(target, save_intermediate):
    written = [target, _intermediate_folder(target)] if save_intermediate else [target]
    for path in written:
        if path.exists():
            raise InputError(
                f"{path}: exists already; pass --overwrite to replace it or --skip_existing "
                "to keep it."
            )


def _intermediate_folder(target):
    return target.with_name(f"{target.stem}_intermediate")


def _write_intermediate(deblurrer, job, photo):
    images = deblurrer.intermediate_images(photo.pixels)
    target = job.target
    folder = _intermediate_folder(target)
    for number, (name, pixels) in enumerate(images.items(), start=1):
        # Transparency belongs to the result; here it would hide what is to be seen.
        step = dataclasses.replace(photo, pixels=pixels, alpha=None)
        _write(folder / f"{number:02d}_{name}{target.suffix}", step)
    return pixels


def _write(target, photo):
    target.parent.mkdir(parents=True, exist_ok=True)
    write_image(target, photo)
