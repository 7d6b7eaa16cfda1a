"""The figures of an evaluation as files: per image, per video, and over all images."""

import collections
import csv
import hashlib
import json
import math
import statistics
from pathlib import Path
from typing import Any

from tfdeblur.benchmarks.multiply_adds import multiply_adds
from tfdeblur.errors import InputError
from tfdeblur.evaluation.scores import SCORES
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.models import DeblurringModel
from tfdeblur.system.atomic_write import atomic_write

PER_IMAGE, RUNTIMES = "per_image.csv", "runtimes.csv"
REPORT, SUMMARY = "report.html", "summary.json"
FILES = (PER_IMAGE, RUNTIMES, REPORT, SUMMARY)

# Beyond these digits machines differ.
_DIGITS = 6


def summarise(
    deblurrer: Deblurrer, identity: dict[str, Any], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """The content of summary.json.

    Args:
      deblurrer: what was evaluated.
      identity: what was evaluated on what.
      rows: one per image, as in the journal.

    Returns:
      Scores are means over images, and null where they are infinite, which
      takes an image without any error. Runtime and multiply-adds are of one image
      of the most common size, `image_size`.
    """
    sizes = collections.Counter((row["width"], row["height"]) for row in rows)
    [((width, height), _), *others] = sizes.most_common()
    runtimes_ms = [
        row["runtime_ms"]
        for row in rows
        if row["runtime_ms"] is not None and (row["width"], row["height"]) == (width, height)
    ]
    model = _as_it_was_run(deblurrer)
    return {
        **identity,
        **_means(rows),
        "runtime_ms_median": round(statistics.median(runtimes_ms), 3) if runtimes_ms else None,
        "runtime_batch_size": 1,
        "image_size": f"{width}x{height}",
        "num_other_sizes": len(others),
        "multiply_adds": deblurrer.ensemble * multiply_adds(model, height, width),
        "parameters": model.count_params(),
        "device": ", ".join(sorted({row["device"] for row in rows})),
        "pairs_sha256": _sha256_of_pairs(rows),
        "videos": per_video(rows),
    }


def per_video(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """{video: means over its frames}, sorted; the video is what precedes the last "/" of a name.

    Empty when no name has one.
    """
    videos: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for row in rows:
        video, slash, _ = row["name"].rpartition("/")
        if slash:
            videos[video].append(row)
    return {
        video: {"num_images": len(frames), **_means(frames)}
        for video, frames in sorted(videos.items())
    }


def write_results(output: Path, summary: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Writes everything but the report; summary.json comes last and means that all is there."""
    scores = [[row["name"], row["width"], row["height"], *map(_text, _scores(row))] for row in rows]
    _write_csv(output / PER_IMAGE, ["name", "width", "height", *SCORES], scores)
    runtimes = [[row["name"], _text(row["runtime_ms"], 3), row["device"]] for row in rows]
    _write_csv(output / RUNTIMES, ["name", "runtime_ms", "device"], runtimes)
    with atomic_write(output / SUMMARY) as unfinished:
        text = json.dumps(summary, indent=2, allow_nan=False) + "\n"
        unfinished.write_text(text, encoding="utf-8")


def keras_model(deblurrer: Deblurrer) -> DeblurringModel:
    """The model that is evaluated.

    Raises:
      InputError: for a network from an exported file, which does not tell what it is.
    """
    if deblurrer.model is None:
        raise InputError(
            f"Received a network that {deblurrer.engine} has from a file; expected a preset with "
            "weights or a Keras model, whose weights and arithmetic can be recorded."
        )
    return deblurrer.model


def _as_it_was_run(deblurrer: Deblurrer) -> DeblurringModel:
    model = keras_model(deblurrer)
    if deblurrer.depth == model.depth:
        return model
    model = type(model).from_config({**model.get_config(), "depth": deblurrer.depth})
    model.build((None, None, None, 3))
    return model


def _means(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    means = [statistics.fmean(column) for column in zip(*map(_scores, rows), strict=True)]
    return {
        name: round(mean, _DIGITS) if math.isfinite(mean) else None
        for name, mean in zip(SCORES, means, strict=True)
    }


def _scores(row: dict[str, Any]) -> list[float]:
    return [row[name] for name in SCORES]


def _sha256_of_pairs(rows: list[dict[str, Any]]) -> str:
    """Of all pixels that were evaluated, whatever files and order they came in."""
    sums = sorted(row["pair_sha256"] for row in rows)
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()


def _text(value: float | None, digits: int = _DIGITS) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _write_csv(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    with (
        atomic_write(path) as unfinished,
        unfinished.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
