"""Restoring files one after the other: what exists already, what went wrong."""

import contextlib
import dataclasses
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tfdeblur.choices import ON_EXISTING
from tfdeblur.errors import InputError
from tfdeblur.images.reader import read_image
from tfdeblur.images.writer import check_writable, write_image
from tfdeblur.inference.jobs import Job
from tfdeblur.system.atomic_write import short_name
from tfdeblur.system.full_disk import FullDiskError, full_disk_in_words
from tfdeblur.system.progress import progress_bar
from tfdeblur.video import DEFAULT_CRF, is_video

_log = logging.getLogger(__name__)

# Of the 255 that a name may have.
_MOST_NAME_BYTES = 240


def check_on_existing(on_existing: str) -> None:
    """Raises ValueError unless it is one of `ON_EXISTING`."""
    if on_existing not in ON_EXISTING:
        raise ValueError(
            f"Received on_existing={on_existing!r}; expected one of {', '.join(ON_EXISTING)}."
        )


def deblur_files(
    deblurrer: Any,
    jobs: list[Job],
    on_existing: str = "refuse",
    save_intermediate: bool = False,
    video_crf: float = DEFAULT_CRF,
    report: Callable[[Job, str], object] | None = None,
) -> list[Job]:
    """Restores every job it can; one that fails does not stop the others.

    Args:
      deblurrer: a `tfdeblur.Deblurrer`.
      jobs: what to restore.
      on_existing: what to do where a target exists, one of `tfdeblur.choices.ON_EXISTING`:
        "refuse" counts it as not done, "skip" passes over it, "overwrite"
        replaces it.
      save_intermediate: also write what the network computes on the way, into the
        folder NAME_intermediate beside the result.
      video_crf: quality of videos, as `crf` of `video.pipeline.deblur_video`.
      report: called for each job that was not done, with the reason; None logs a warning.

    Returns:
      The jobs that were not done.

    Raises:
      ValueError: for an unknown `on_existing`.
      FullDiskError: when no space is left for results.
    """
    check_on_existing(on_existing)
    run = _Run(deblurrer, on_existing, save_intermediate, video_crf, report)
    with progress_bar(jobs, unit="image") as progress:
        to_restore, to_write = itertools.tee(run.photos(progress))
        pixels = (photo.pixels for _, photo in to_restore)
        all_restored = deblurrer.restore_all(pixels, return_errors=True)
        for (job, photo), restored in zip(to_write, all_restored, strict=True):
            with run.reporting(job):
                if isinstance(restored, InputError):
                    raise restored
                job.target.parent.mkdir(parents=True, exist_ok=True)
                if save_intermediate:
                    _write_intermediate(deblurrer, photo, job.target)
                lost = write_image(job.target, photo.replace_pixels(restored))
                if lost:
                    _log.warning("%s: without %s", job.target, "; without ".join(lost))
    return run.failures


class _Run:
    """One call of `deblur_files`: its settings and what could not be done."""

    def __init__(
        self,
        deblurrer: Any,
        on_existing: str,
        save_intermediate: bool,
        video_crf: float,
        report: Callable[[Job, str], object] | None,
    ) -> None:
        self.deblurrer = deblurrer
        self.on_existing = on_existing
        self.save_intermediate = save_intermediate
        self.video_crf = video_crf
        self.failures: list[Job] = []
        self.report = report or _log_not_done

    @contextlib.contextmanager
    def reporting(self, job: Job) -> Iterator[None]:
        """What goes wrong inside is told of `job` and does not go further."""
        try:
            with full_disk_in_words(job.target):
                yield
        except FullDiskError:  # the others would be restored in vain
            raise
        except (InputError, OSError) as error:
            self.fail(job, error)

    def fail(self, job: Job, error: Exception) -> None:
        self.failures.append(job)
        self.report(job, _naming_the_file(job, error))

    def photos(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Any]]:
        """Yields (job, photo) of every image to be done, read when asked for; does the videos."""
        for job in jobs:
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

    def deblur_video(self, job: Job) -> None:
        # PyAV is needed for videos alone, and takes time to import.
        from tfdeblur.video.pipeline import deblur_video

        if self.save_intermediate:
            raise InputError(
                f"{job.source}: is a video; expected images where save_intermediate is asked for."
            )
        deblur_video(self.deblurrer, job.source, job.target, overwrite=True, crf=self.video_crf)


def _log_not_done(job: Job, reason: str) -> None:
    del job  # the reason names it
    _log.warning("not done: %s", reason)


def first_readable(jobs: list[Job], deblurrer: Any) -> Any:
    """The photo of the first job that `deblurrer` can restore, or None."""
    for job in jobs:
        try:
            return read_checked(job.source, deblurrer)
        except (InputError, OSError):
            continue
    return None


def read_checked(source: Path, deblurrer: Any) -> Any:
    """The photo in `source`, judged by its header before it is decoded.

    Raises:
      InputError: as `read_image`, and when its size is not one for `deblurrer`.
    """
    return read_image(source, lambda header: deblurrer.check_size(header.height, header.width))


def _naming_the_file(job: Job, error: Exception) -> str:
    message = str(error)
    named = str(job.source) in message or str(job.target) in message
    return message if named else f"{job.source}: {message}"


def _refuse_existing(target: Path, save_intermediate: bool) -> None:
    written = [target, intermediate_folder(target)] if save_intermediate else [target]
    for path in written:
        if path.exists():
            raise InputError(
                f"{path}: exists already; choose to overwrite it, or to skip what exists."
            )


def intermediate_folder(target: Path) -> Path:
    """The folder for what leads to the result `target`, beside it."""
    return target.with_name(f"{short_name(target.stem, _MOST_NAME_BYTES)}_intermediate")


def _write_intermediate(deblurrer: Any, photo: Any, target: Path) -> None:
    """Writes what the network of a `Deblurrer` computes on the way from `photo` to `target`."""
    folder = intermediate_folder(target)
    images = deblurrer.intermediate_images(photo.pixels)
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, pixels) in enumerate(images.items(), start=1):
        # Transparency belongs to the result; here it would hide what is to be seen.
        step = dataclasses.replace(photo, pixels=pixels, alpha=None)
        write_image(folder / f"{number:02d}_{name}{target.suffix}", step)
