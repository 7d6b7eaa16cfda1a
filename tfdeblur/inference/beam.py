"""`deblur_files`, a file at a time, on the workers of an Apache Beam pipeline.

The workers read and write the same paths as the machine that starts them: all of them need
one shared file system, and so do the weights.
"""

import functools
import json
import logging
import re
import types
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
    jobs, make_deblurrer, output_dir, on_existing="refuse", video_crf=DEFAULT_CRF, options=""
):
    """Restores every job it can and returns what was not done: dicts of source, target, reason.

    Args:
      jobs: list of `tfdeblur.inference.jobs.Job`.
      make_deblurrer: picklable function that returns a `tfdeblur.Deblurrer`, called once in
        every worker process.
      output_dir: folder of the results, and of `failures.jsonl` with the same dicts as JSON.
      on_existing, video_crf: as for `deblur_files`.
      options: of the pipeline, separated by spaces or commas, e.g.
        "--runner=DirectRunner --direct_num_workers=2".

    Raises:
      InputError: when Apache Beam is not installed, or does not take the options.
      ValueError: for an unknown `on_existing`.
    """
    require_extra("beam", ["apache_beam"], "Restoring on Apache Beam")
    check_on_existing(on_existing)
    jobs = [Job(job.source.absolute(), job.target.absolute()) for job in jobs]
    existing = {job for job in jobs if on_existing != "overwrite" and job.target.exists()}
    failures = []
    if on_existing == "refuse":
        no_network = types.SimpleNamespace(restore_all=lambda images, **_: images)
        failures = [each for job in existing for each in _restore(job, no_network, "refuse")]
    # A runner may do work twice, and must not refuse its own results then.
    in_worker = "overwrite" if on_existing == "overwrite" else "skip"
    restore = functools.partial(_restore, on_existing=in_worker, video_crf=video_crf)
    listed = Path(output_dir).absolute() / FAILURES
    if to_do := [job for job in jobs if job not in existing]:
        failures += _run_pipeline(to_do, restore, make_deblurrer, listed, options)
    failures.sort(key=lambda failure: failure["source"])
    listed.unlink(missing_ok=True)  # of an earlier run
    if failures:
        listed.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(listed) as unfinished:
            unfinished.write_text("".join(json.dumps(failure) + "\n" for failure in failures))
    return failures


def _run_pipeline(jobs, restore, make_deblurrer, listed, options):
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.utils.shared import Shared

    listed.parent.mkdir(parents=True, exist_ok=True)
    collected = unfinished_path(listed)
    shared = Shared()  # one network in each process, however many threads it has
    try:
        pipeline = beam.Pipeline(options=PipelineOptions(option_list(options)))
    except (ValueError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"Apache Beam does not take {options!r}: {reason}") from None
    try:
        with pipeline:
            _ = (
                pipeline
                | beam.Create(jobs)
                | beam.Reshuffle()
                | beam.FlatMap(lambda job: restore(job, shared.acquire(make_deblurrer)))
                | beam.Map(json.dumps)
                | beam.io.WriteToText(str(collected), shard_name_template="")
            )
        return [json.loads(line) for line in collected.read_text().splitlines()]
    finally:
        collected.unlink(missing_ok=True)


def option_list(text):
    """Options as people write them -> as Beam parses them: "a=b,c" -> ["--a=b", "--c"]."""
    # A comma may also stand within a value.
    given = [option for option in re.split(r"\s+|,(?=-*\w+=)|,(?=--)", text) if option]
    return [option if option.startswith("--") else f"--{option}" for option in given]


def _restore(job, deblurrer, on_existing, video_crf=DEFAULT_CRF):
    """The failures of one job, none or one, as dicts."""
    failures = []

    def report(job, reason):
        failures.append({"source": str(job.source), "target": str(job.target), "reason": reason})

    try:
        deblur_files(deblurrer, [job], on_existing, video_crf=video_crf, report=report)
    except FullDiskError as error:  # what another worker writes to may have room
        report(job, str(error))
    except Exception as error:
        # A defect, but one file in a million must not end the pipeline again and again.
        logging.getLogger(__name__).exception("%s", job.source)
        report(job, f"{job.source}: {type(error).__name__}: {error}")
    return failures
