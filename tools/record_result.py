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

import csv
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

from absl import app, flags

from tfdeblur.cli import EXIT_INPUT_ERROR
from tfdeblur.config import config_dir, read_experiment
from tfdeblur.errors import InputError
from tfdeblur.models.presets import PRESETS, architecture
from tfdeblur.training import workdir as names
from tfdeblur.training.checkpoints import Checkpoints
from tfdeblur.training.run import read_settings
from tfdeblur.training.settings import differing_settings, settings_of
from tools import ledger
from tools.ledger import frames_of, read_paper_configs

# What the code of a run is made of; the ledger itself may have changed.
_CODE = ("tfdeblur", "gin", "tfds_builders", "setup.cfg")
_FROM_SUMMARY = (
    *ledger.SCORES,
    *("num_images", "dataset_version", "pairs_sha256", "quantisation", "depth"),
    *("image_size", "runtime_ms_median", "parameters", "multiply_adds", "weights_sha256"),
    *("precision", "device"),
)

# What `data.tfds_pairs` calls its sources: NAME, a configuration or version, SPLIT, a part of it.
_PREPARED = re.compile(r"(\w+)(?:[/:][\w.*]+)*:(\w+)(\[.*\])?")

# Settings that a run may change and still be the paper's training, or that have a column.
_INDIFFERENT = (
    "checkpoints.",
    "report.",
    "run.deterministic",
    "run.distribution",
    "run.jit_compile",
    "run.seed",
    "run.steps",
    "train_data.data_dir",
    "validation_data",
)

_COUNTS = ("num_images", "parameters")
_OPTIONAL_COUNTS = ("num_images_in_set", "seed", "steps", "paper_steps", "depth", "multiply_adds")

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


def dataset_of(summary, image_names, claimed):
    """The dataset "NAME/SPLIT" of a summary, checked against the one it is said to be of.

    Args:
      summary: dict, of `tfdeblur evaluate`.
      image_names: names of its images, or None if they are not known. A folder of images
        is believed only by them.
      claimed: "NAME/SPLIT" of a paper's row or of a flag; None takes the summary's own.

    Raises:
      InputError: when the images are others, or a part of the set has as many as all of it.
    """
    dataset = _of_prepared(summary, claimed) if summary["dataset_version"] else claimed
    if not dataset:
        raise InputError(
            f"Received a folder of images, {summary['dataset']}, and no --dataset; expected a row "
            "of experiments/paper_tables.csv, or --dataset=NAME/SPLIT."
        )
    frames = frames_of(dataset)
    if summary["partial"] and summary["num_images"] == len(frames):
        raise InputError(
            f"Received a summary that says partial, of {len(frames)} images; expected fewer, or "
            f"all {len(frames)} of {dataset}."
        )
    if frames and not summary["dataset_version"]:
        _check_names(image_names, summary["num_images"], frames, dataset)
    return dataset


def image_names_beside(summary_file):
    """Names in the per_image.csv beside a summary.json; None where there is none."""
    file = Path(summary_file).with_name("per_image.csv")
    if not file.is_file():
        return None
    with file.open(newline="") as stream:
        return [row["name"] for row in csv.DictReader(stream)]


def _of_prepared(summary, claimed):
    found = _PREPARED.fullmatch(summary["dataset"])
    own = f"{found[1]}/{found[2]}" if found else None
    if not own or claimed not in (None, own):
        raise InputError(
            f"Received a summary of {summary['dataset']}; expected one of "
            f"{(claimed or 'NAME/SPLIT').replace('/', ':')}."
        )
    return own


def _check_names(image_names, num_images, frames, dataset):
    if image_names is None or len(set(image_names)) != num_images:
        raise InputError(
            f"Received a summary of {num_images} images of a folder without their names; expected "
            "the per_image.csv of the same evaluation beside it."
        )
    # SEQUENCE/FRAME or SEQUENCE_FRAME. Of a part, the sequence tells: frames are renamed.
    flat = {name.replace("/", "_") for name in image_names}
    wanted = {frame.replace("/", "_") for frame in frames}
    sequences = tuple({f"{frame.rpartition('/')[0]}_" for frame in frames})
    is_whole = len(flat) >= len(wanted)
    strange = sorted(
        name for name in flat if name not in wanted and (is_whole or not name.startswith(sequences))
    )
    if strange:
        raise InputError(
            f"Received an image named {strange[0]!r}; expected images of {dataset}, named "
            f"like {frames[0]!r}."
        )


def training_of(workdir, config, summary):
    """Columns of the ledger for a run in `workdir` that began from `config`, a path below gin/,
    and whose last weights gave `summary`.

    Returns:
      A dict of text: seed, steps, paper_steps, and changes, "NAME = VALUE; ..." of what is
      set otherwise than in `config` and bears on the result.

    Raises:
      InputError: when the folder holds no configuration, the run did not make all of its
        steps, or the summary is of other weights than those it ended with.
    """
    own = read_settings(workdir)
    run = own["run"]
    _check_weights(Path(workdir), run["steps"], summary)
    paper = settings_of(read_experiment([config]).experiment)
    return {
        "seed": str(run["seed"]),
        "steps": str(run["steps"]),
        "paper_steps": str(paper["run"]["steps"]),
        "changes": "; ".join(
            f"{name} = {value!r}"
            for name, (value, _) in differing_settings(own, paper).items()
            if not name.startswith(_INDIFFERENT)
        ),
    }


def _check_weights(workdir, steps, summary):
    made = max(Checkpoints(workdir / names.CHECKPOINTS).steps(), default=0)
    if made != steps:
        raise InputError(
            f"{workdir}: received a run that made {made} of {steps} steps; expected all of them. "
            "Let it finish."
        )
    # Of training's end, which evaluates the last weights: the step is in the folder's name.
    file = workdir / names.EVALUATION / f"step_{steps:09d}" / names.SUMMARY
    try:
        last_weights = json.loads(file.read_text())["weights_sha256"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{file}: expected the evaluation at the run's end ({error}).") from error
    if summary["weights_sha256"] != last_weights:
        raise InputError(
            f"Received a summary of other weights than {workdir / names.WEIGHTS}; expected one of "
            "the weights after the last step."
        )


def problems_of(run, paper_values):
    """What is wrong with a `Run`, a phrase each; none if it keeps what its status promises."""
    return (
        list(_problems_of_values(run))
        or list(_problems_of_references(run, paper_values))
        or list(_problems_of_promises(run))
    )


def _problems_of_values(run):
    patterns = {
        "status": "|".join(ledger.STATUSES),
        "quantisation": "|".join(ledger.QUANTISATIONS),
        "config_sha256": r"[0-9a-f]{64}",
        "weights_sha256": r"[0-9a-f]{64}",
        "git_revision": r"[0-9a-f]{40}(-dirty)?",
        "dataset": r"\w+/\w+",
        "pairs_sha256": r"[0-9a-f]{64}",
        "image_size": r"\d+x\d+",
        "precision": r"\w+",
        "device": r".+",
        "versions": r"[^ ;]+ [^ ;]+(; [^ ;]+ [^ ;]+)*",
        "runtime_ms_median": r"(\d+\.\d+)?",
        **dict.fromkeys(ledger.SCORES, r"\d+\.\d+"),
        **dict.fromkeys(_COUNTS, r"[1-9]\d*"),
        **dict.fromkeys(_OPTIONAL_COUNTS, r"\d*"),
    }
    for column, pattern in patterns.items():
        if not re.fullmatch(pattern, getattr(run, column)):
            yield f"{column} is {getattr(run, column)!r}, expected {pattern}"


def _problems_of_references(run, paper_values):
    configs = read_paper_configs()
    for row_name in run.row_names:
        config = configs.get(row_name)
        if config and not run.changes and run.parameters != str(config.num_parameters):
            yield f"{row_name!r} has {config.num_parameters} parameters, not {run.parameters}"
        datasets = {v.dataset.partition("#")[0] for v in paper_values if v.row_name == row_name}
        if not datasets:
            yield f"paper_tables.csv has no row {row_name!r}"
        elif run.dataset not in datasets:
            yield f"{row_name!r} is not about {run.dataset!r}"
    name = run.dataset.partition("/")[0]
    if run.dataset_version and not run.dataset_version.startswith(f"{name}/"):
        yield f"dataset_version {run.dataset_version!r} is not of {run.dataset!r}"
    if run.rows and run.depth:
        yield f"the first {run.depth} units of a stack are no row of a paper"
    if run.rows and "/blur_gamma/" in run.dataset_version:
        yield "the papers' blurred images are `blur`, not `blur_gamma`"
    if run.num_images_in_set != str(set_size(run.dataset) or ""):
        yield f"{run.dataset!r} has {set_size(run.dataset)} images"
    elif run.num_images_in_set and int(run.num_images) > int(run.num_images_in_set):
        yield f"{run.num_images} images are more than {run.dataset!r} has"


def _problems_of_promises(run):
    if run.status != "smoke" and run.git_revision.endswith("-dirty"):
        yield "only a smoke run may come from code that is not committed"
    if run.status == "official_weights" and run.seed + run.steps + run.changes:
        yield "the authors' weights have no seed and no steps of ours"
    if run.status in ("measured", "partial"):
        if "" in (run.seed, run.steps, run.paper_steps):
            yield "a trained run states its seed, its steps and the paper's steps"
            return
        is_trained_as_in_paper = int(run.steps) == int(run.paper_steps) and not run.changes
        is_as_in_paper = is_trained_as_in_paper and run.is_on_whole_set
        if run.status == "measured" and not is_as_in_paper:
            yield "measured means the paper's training, all its steps, and the whole set"
        if run.status == "partial" and is_as_in_paper:
            yield "partial means another training or fewer images than the paper's"


def set_size(dataset):
    """How many images a published set "NAME/SPLIT" has; None for any other."""
    return len(frames_of(dataset)) or None


def config_sha256(config):
    """Of a preset's class and arguments, or of the text of a file below gin/ with its includes."""
    if config in PRESETS:
        return hashlib.sha256(json.dumps(architecture(config)).encode()).hexdigest()
    return hashlib.sha256(_text_with_includes(config).encode()).hexdigest()


def _text_with_includes(config):
    file = config_dir() / config
    if not file.is_file():
        raise InputError(
            f"Received the configuration {config!r}; expected a preset, or a file below gin/."
        )
    return re.sub(
        r"""^include ["'](.+)["'].*\n?""",
        lambda include: _text_with_includes(include[1]),
        file.read_text(),
        flags=re.MULTILINE,
    )


if __name__ == "__main__":
    flags.mark_flags_as_required(["summary", "status"])
    app.run(main)
