r"""Appends one run to experiments/results.csv, from the files that the run itself wrote.

  python -m tools.record_result --summary=evaluation/summary.json --status=official_weights \
      --row="Zhang19/Table 1/DMPHN(1-2-4)"
  python -m tools.record_result --summary=workdir/evaluation/step_000001000/summary.json \
      --status=partial \
      --workdir=workdir --row="Zhang19/Table 1/DMPHN(1)"
  python -m tools.render_tables

Run it in the project's folder, on the commit that the run was made with. No result is typed:
metrics, counts, device, versions and dataset are those of the summary; the configuration follows
from the row of the paper; seed, steps and what was changed from the folder of the run. A folder
of images is believed to be a published set by the names in the per_image.csv beside the summary.
"""

import json
import subprocess
import sys
from pathlib import Path

from absl import app, flags

from tfdeblur.cli import EXIT_INPUT_ERROR
from tfdeblur.errors import InputError
from tools import ledger
from tools.ledger_checks import config_sha256, problems_of, set_size
from tools.paper_configs import read_paper_configs
from tools.recorded_images import dataset_of, image_names_beside
from tools.recorded_training import training_of

# What the code of a run is made of; the ledger itself may have changed.
_CODE = ("tfdeblur", "gin", "tfds_builders", "setup.cfg")
_FROM_SUMMARY = (
    *ledger.SCORES,
    *("num_images", "dataset_version", "pairs_sha256", "quantisation", "depth"),
    *("image_size", "runtime_ms_median", "parameters", "multiply_adds", "weights_sha256"),
    *("precision", "device"),
)

_SUMMARY = flags.DEFINE_string("summary", None, "summary.json of `tfdeblur evaluate`.")
_STATUS = flags.DEFINE_enum("status", None, list(ledger.STATUSES), "See experiments/README.md.")
_ROW = flags.DEFINE_multi_string("row", [], "PAPER/TABLE/ROW of paper_tables.csv; repeatable.")
_CONFIG = flags.DEFINE_string(
    "config", None, "Preset, or path below gin/; default: that of the first row."
)
_DATASET = flags.DEFINE_string("dataset", None, "NAME/SPLIT; default: that of the first row.")
_WORKDIR = flags.DEFINE_string("workdir", None, "Folder of `tfdeblur train`, if trained here.")
_TIMED = flags.DEFINE_bool("timed", True, "--notimed leaves out a time of a busy machine.")


def main(argv):
    """Appends the line, or says what is wrong with it."""
    if len(argv) > 1:
        raise app.UsageError(f"Received {argv[1:]}; expected flags only.")
    try:
        run = new_run(
            summary=_read(_SUMMARY.value),
            image_names=image_names_beside(_SUMMARY.value),
            status=_STATUS.value,
            row_names=_ROW.value,
            config=_CONFIG.value,
            dataset=_DATASET.value,
            workdir=_WORKDIR.value,
            timed=_TIMED.value,
            git_revision=git_revision(),
        )
        ledger.append_run(run)
    except InputError as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_INPUT_ERROR)
    print(f"{run.config}: {run.psnr_db} dB on {run.num_images} images, {run.status}")


def new_run(
    *, summary, image_names, status, row_names, config, dataset, workdir, timed, git_revision
):
    """The `Run` of a summary, checked; raises InputError where it breaks its promises."""
    missing = [
        key for key in (*_FROM_SUMMARY, "dataset", "partial", "versions") if key not in summary
    ]
    if missing:
        raise InputError(
            f"Received a summary without {', '.join(missing)}; expected one of `tfdeblur evaluate`."
        )
    values = ledger.read_paper_values()
    config = config or _config_of(row_names)
    dataset = dataset_of(summary, image_names, dataset or _dataset_of_row(row_names, values))
    untrained = dict.fromkeys(("seed", "steps", "paper_steps", "changes"), "")
    copied = {key: _text(summary[key]) for key in _FROM_SUMMARY}
    if not timed:
        copied["runtime_ms_median"] = ""
    run = ledger.Run(
        rows="; ".join(row_names),
        status=status,
        config=config,
        config_sha256=config_sha256(config),
        git_revision=git_revision,
        dataset=dataset,
        num_images_in_set=_text(set_size(dataset)),
        versions="; ".join(f"{name} {v}" for name, v in sorted(summary["versions"].items())),
        **(training_of(workdir, config, summary) if workdir else untrained),
        **copied,
    )
    problems = problems_of(run, values)
    if problems:
        raise InputError(f"Received a run that cannot be recorded: {'; '.join(problems)}.")
    return run


def git_revision():
    """The commit of the checkout, with "-dirty" if the code differs from it."""
    changed = _git("status", "--porcelain", "--", *_CODE)
    return _git("rev-parse", "HEAD") + ("-dirty" if changed else "")


def _config_of(row_names):
    configs = read_paper_configs()
    if not row_names or row_names[0] not in configs:
        raise InputError(
            f"Received --row={row_names[:1]} and no --config; expected a row that has a file in "
            "gin/papers, a preset, or the path of a configuration below gin/."
        )
    return configs[row_names[0]].path


def _dataset_of_row(row_names, values):
    datasets = [v.dataset for v in values if v.row_name in row_names[:1] and v.metric == "psnr"]
    return datasets[0].partition("#")[0] if datasets else None


def _text(value):
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _read(file):
    try:
        return json.loads(Path(file).read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"Received {file}; expected a summary.json ({error}).") from error


def _git(*arguments):
    command = ["git", "-C", str(ledger.PROJECT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    flags.mark_flags_as_required(["summary", "status"])
    app.run(main)
