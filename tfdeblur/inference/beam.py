"""Restoring files on many machines with Apache Beam.

The workers read and write the same paths as the machine that starts them: all of them need
one shared file system, and so do the weights. Everything else is `deblur_files`, a file at a
time, so a result is that of one machine, byte for byte.
"""

import functools
import json
import logging
import re
import threading
from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.inference.files import check_on_existing, deblur_files
from tfdeblur.inference.jobs import Job
from tfdeblur.system.atomic_write import atomic_write, unfinished_path
from tfdeblur.system.extras import require_extra
from tfdeblur.system.full_disk import FullDiskError
from tfdeblur.video import DEFAULT_CRF

FAILURES = "failures.jsonl"


def deblur_with_beam(
    jobs,
    make_deblurrer,
    output_dir,
    on_existing="refuse",
    video_crf=DEFAULT_CRF,
    options="",
):
    """Restores every job it can, as `deblur_files`, on the workers of a Beam pipeline.

    What exists already is decided on here, before the pipeline starts: a runner may do
    work twice when a worker is lost, and would come upon its own results.

    Args:
      jobs: list of `tfdeblur.inference.jobs.Job`.
      make_deblurrer: function without arguments that returns a `tfdeblur.Deblurrer`;
        it is pickled, and called once in every worker process.
      output_dir: folder of the results; `failures.jsonl` in it says what was not done
        and why, a JSON object with `source`, `target` and `reason` a line.
      on_existing, video_crf: as for `deblur_files`.
      options: of the pipeline, separated by spaces or commas, e.g.
        "--runner=DirectRunner --direct_num_workers=2".

    Returns:
      The list of what was not done, dicts as in `failures.jsonl`.

    Raises:
      InputError: when Apache Beam is not installed, or does not take the options.
      ValueError: for an unknown `on_existing`.
    """
    require_extra("beam", ["apache_beam"], "--runner=beam")
    check_on_existing(on_existing)
    output_dir = Path(output_dir).absolute()
    jobs = [Job(job.source.absolute(), job.target.absolute()) for job in jobs]
    failures, to_do = [], []
    for job in jobs:
        if on_existing == "overwrite" or not job.target.exists():
            to_do.append(job)
        elif on_existing == "refuse":
            # Says so and does nothing else: the target is there.
            failures += _restore(job, _NoNetwork(), "refuse")
    # A second try of a runner leaves what the first has finished.
    in_worker = "overwrite" if on_existing == "overwrite" else "skip"
    restore = functools.partial(_restore, on_existing=in_worker, video_crf=video_crf)
    failures += _run_pipeline(to_do, restore, make_deblurrer, output_dir, options)
    failures.sort(key=lambda failure: failure["source"])
    _write_failures(output_dir / FAILURES, failures)
    return failures


def _run_pipeline(jobs, restore, make_deblurrer, output_dir, options):
    if not jobs:
        return []
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.utils.shared import Shared

    output_dir.mkdir(parents=True, exist_ok=True)
    # Beam's own file, hidden: it is read below, and in no order.
    collected = unfinished_path(output_dir / FAILURES)
    in_worker = functools.partial(_restore_shared, Shared(), make_deblurrer, restore)
    try:
        pipeline = beam.Pipeline(options=PipelineOptions(option_list(options)))
    except (ValueError, ImportError) as error:
        raise InputError(
            f"Apache Beam does not take {options!r}: {str(error).splitlines()[0]}"
        ) from None
    try:
        with pipeline:
            _ = (
                pipeline
                | "Jobs" >> beam.Create([(str(job.source), str(job.target)) for job in jobs])
                | "Share out" >> beam.Reshuffle()
                | "Restore" >> beam.FlatMap(in_worker)
                | "As JSON" >> beam.Map(json.dumps)
                | "Collect" >> beam.io.WriteToText(str(collected), shard_name_template="")
            )
        return [json.loads(line) for line in collected.read_text(encoding="utf-8").splitlines()]
    finally:
        collected.unlink(missing_ok=True)


def option_list(text):
    """Options as people write them -> as Beam parses them: "a=b,c" -> ["--a=b", "--c"]."""
    # A comma may also stand within a value.
    given = [option for option in re.split(r"\s+|,(?=-*\w+=)|,(?=--)", text) if option]
    return [option if option.startswith("--") else f"--{option}" for option in given]


def _restore_shared(shared, make_deblurrer, restore, paths):
    network = shared.acquire(lambda: _OneAtATime(make_deblurrer()))
    source, target = map(Path, paths)
    return restore(Job(source, target), network)


def _restore(job, deblurrer, on_existing, video_crf=DEFAULT_CRF):
    """The failures of one job, none or one, as dicts."""
    failures = []

    def report(job, reason):
        source, target = str(job.source), str(job.target)
        failures.append({"source": source, "target": target, "reason": reason})

    try:
        deblur_files(deblurrer, [job], on_existing, video_crf=video_crf, report=report)
    except FullDiskError as error:  # what another worker writes to may have room
        report(job, str(error))
    except Exception as error:
        # A defect, but one file in a million must not end the pipeline again and again.
        logging.getLogger(__name__).exception("%s", job.source)
        report(job, f"{job.source}: {type(error).__name__}: {error}")
    return failures


class _OneAtATime:
    """A `Deblurrer` for the threads of a worker: they read and write while one computes.

    It would not be faster, but take more memory, if more than one did.
    """

    batch_size = 1

    def __init__(self, deblurrer):
        self._deblurrer = deblurrer
        self._is_computing = threading.Lock()

    def __getattr__(self, name):
        return getattr(self._deblurrer, name)

    def restore_all(self, images):
        for image in images:
            with self._is_computing:
                restored = self._deblurrer(image)
            yield restored


class _NoNetwork:
    """For jobs that are not to be done."""

    batch_size = 1


def _write_failures(path, failures):
    if not failures:
        path.unlink(missing_ok=True)  # of an earlier run
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as unfinished:
        lines = (json.dumps(failure) + "\n" for failure in failures)
        unfinished.write_text("".join(lines), encoding="utf-8")
