"""Which published images a run was evaluated on, told by what the evaluation wrote."""

import csv
import re
from pathlib import Path

from tfdeblur.builders.pair_layout import read_frame_list
from tfdeblur.errors import InputError
from tools.ledger import frame_list_of

# What `data.tfds_pairs` calls its sources: NAME, a configuration or version, SPLIT, a part of it.
_PREPARED = re.compile(r"(\w+)(?:[/:][\w.*]+)*:(\w+)(\[.*\])?")


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


def frames_of(dataset):
    """All "SEQUENCE/FRAME" of a published set "NAME/SPLIT"; none of any other."""
    name, _, split = dataset.partition("/")
    frame_list = frame_list_of(name)
    return read_frame_list(frame_list).get(split, []) if frame_list.is_file() else []


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
