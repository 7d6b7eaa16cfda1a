"""What may stand in a line of experiments/results.csv."""

import hashlib
import json
import re
from pathlib import Path

from tfdeblur.config import config_dir
from tfdeblur.errors import InputError
from tfdeblur.models.presets import PRESETS, architecture
from tools.ledger import QUANTISATIONS, SCORES, STATUSES
from tools.paper_configs import read_paper_configs
from tools.recorded_images import frames_of

_COUNTS = ("num_images", "parameters")
_OPTIONAL_COUNTS = ("num_images_in_set", "seed", "steps", "paper_steps", "depth", "multiply_adds")


def problems_of(run, paper_values):
    """What is wrong with a `Run`, a phrase each; none if it keeps what its status promises."""
    return (
        list(_problems_of_values(run))
        or list(_problems_of_references(run, paper_values))
        or list(_problems_of_promises(run))
    )


def _problems_of_values(run):
    patterns = {
        "status": "|".join(STATUSES),
        "quantisation": "|".join(QUANTISATIONS),
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
        **dict.fromkeys(SCORES, r"\d+\.\d+"),
        **dict.fromkeys(_COUNTS, r"[1-9]\d*"),
        **dict.fromkeys(_OPTIONAL_COUNTS, r"\d*"),
    }
    for column, pattern in patterns.items():
        if not re.fullmatch(pattern, getattr(run, column)):
            yield f"{column} is {getattr(run, column)!r}, expected {pattern}"


def _problems_of_references(run, paper_values):
    # Of networks alone there were files, named like the presets of today.
    if not (config_dir() / run.config).is_file() and Path(run.config).stem not in PRESETS:
        yield f"there is no configuration {run.config!r} below gin/, and no preset of this name"
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
