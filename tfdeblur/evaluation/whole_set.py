"""Evaluation of a network on a whole collection of pairs.

What is written into the output folder:

* ``per_image.csv``: every image's scores, restored and blurred;
* ``summary.json``: their means, and what they were measured with and on;
* ``report.html``: the same to look at, with the worst, median and best images;
* ``runtimes.csv``: every image's runtime, and the device;
* ``journal_1_of_1.jsonl``: results as they came; an evaluation that was stopped goes
  on from there.

Evaluating twice, on the same device, gives the same files but for what was timed.
So that this can be seen, times are in files of their own: runtimes.csv and the
journal, and the one value `runtime_ms_median` in summary.json.

Memory does not grow with the number of images: pairs are streamed, and what is kept
of each is a line of numbers. Images of the report are restored a second time in the end.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from tfdeblur.choices import QUANTIZATIONS
from tfdeblur.data import PairSource
from tfdeblur.errors import InputError
from tfdeblur.evaluation.journal import Journal, OtherEvaluationError, read_journal
from tfdeblur.evaluation.pairs import evenly_spread, read_pairs
from tfdeblur.evaluation.report import write_report
from tfdeblur.evaluation.results import FILES, REPORT, keras_model, summarise, write_results
from tfdeblur.evaluation.scores import ImageScores
from tfdeblur.evaluation.timed_network import TimedNetwork
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.system import environment
from tfdeblur.system.locks import file_lock
from tfdeblur.system.progress import progress_bar
from tfdeblur.weights.files import weights_sha256


def evaluate(
    deblurrer: Deblurrer,
    source: PairSource,
    output: str | os.PathLike,
    quantisation: str = "round",
    *,
    num_images: int | None = None,
    shard: tuple[int, int] = (1, 1),
    overwrite: bool = False,
) -> dict[str, Any] | Any:  # None for shards only, which callers know
    """Scores every image of a collection, writes the files above and returns the summary.

    An evaluation that was interrupted goes on where it stopped when it is called
    again with the same arguments.

    Args:
      deblurrer: its model need not come from a file.
      source: the collection, as `tfdeblur.data` gives it.
      output: the folder to write to; need not exist yet.
      quantisation: how the output becomes what is compared, one of
        `tfdeblur.choices.QUANTIZATIONS`.
      num_images: evaluate only so many, evenly spread over the collection; the
        summary says "partial". None is all.
      shard: (i, n): evaluate only every n-th image from the i-th on, i from 1 to n,
        for processes that share out a collection and write to the same folder.
        Whichever finishes last writes the results of all.
      overwrite: replace what the folder holds of another evaluation.

    Returns:
      The content of summary.json, or None while other shards are at work.

    Raises:
      OtherEvaluationError: when the folder holds another evaluation.
      InputError: when an image cannot be read, restored or scored; what and why is
        said. What was done is kept.
    """
    positions = evenly_spread(source, num_images)
    index, num_shards = _checked(shard, len(positions))
    if quantisation not in QUANTIZATIONS:
        raise InputError(
            f"Received quantisation {quantisation!r}; expected one of {', '.join(QUANTIZATIONS)}."
        )
    folder = Path(output)
    identity = _identity(deblurrer, source, len(positions), quantisation)
    _prepare(folder, num_shards, overwrite)
    journal = Journal(_journal(folder, index, num_shards), identity, overwrite)
    _score(deblurrer, source, positions[index - 1 :: num_shards], quantisation, journal)
    rows = _all_rows(folder, num_shards, identity, positions)
    if rows is None:
        return None
    summary = summarise(deblurrer, identity, rows)
    # Shards that end together find all rows, each of them; they write one after the other.
    with file_lock(_journal(folder, 1, num_shards)):
        if not _is_written(folder):
            write_report(folder / REPORT, deblurrer, source, summary, rows)
        write_results(folder, summary, rows)
    return summary


def _checked(shard: tuple[int, int], num_images: int) -> tuple[int, int]:
    index, num_shards = shard
    if not 1 <= index <= num_shards <= num_images:
        raise InputError(
            f"Received shard {index} of {num_shards} for {num_images} images; expected i of n "
            "with i from 1 to n, and n at most the number of images."
        )
    return index, num_shards


def _identity(
    deblurrer: Deblurrer, source: PairSource, num_images: int, quantisation: str
) -> dict[str, Any]:
    """Everything that scores depend on."""
    model = keras_model(deblurrer)
    return {
        "model": model.name,
        # Of a stack, if not all of its units are run.
        "depth": deblurrer.depth if deblurrer.depth < model.num_units else None,
        "weights_sha256": weights_sha256(model),
        "precision": model.dtype_policy.name,
        "engine": deblurrer.engine,
        "ensemble": deblurrer.ensemble,
        "dataset": source.name,
        "dataset_version": source.version,
        "dataset_fingerprint": source.fingerprint,
        "num_images": num_images,
        "num_images_of_dataset": source.num_pairs,
        "partial": source.partial or num_images < source.num_pairs,
        "quantisation": quantisation,
        "versions": environment.versions(),
    }


def _journal(output: Path, index: int, num_shards: int) -> Path:
    return output / f"journal_{index}_of_{num_shards}.jsonl"


def _prepare(output: Path, num_shards: int, overwrite: bool) -> None:
    """Makes the folder, and refuses one with results that are not of these shards."""
    if output.exists() and not output.is_dir():
        raise InputError(f"{output}: expected a folder for the results; this is a file.")
    output.mkdir(parents=True, exist_ok=True)
    journals = set(output.glob("journal_*_of_*.jsonl"))
    ours = {_journal(output, i, num_shards) for i in range(1, num_shards + 1)}
    results = {output / name for name in FILES if (output / name).exists()}
    if overwrite:
        # Another shard of this evaluation may have begun: its journal is not for us to remove.
        for path in results | (journals - ours):
            path.unlink(missing_ok=True)
    elif journals - ours or (results and not journals):
        [first, *_] = sorted(journals - ours) or sorted(results)
        raise OtherEvaluationError(
            f"{output}: holds another evaluation ({first.name}); choose another output or "
            "overwrite it."
        )


def _score(
    deblurrer: Deblurrer,
    source: PairSource,
    positions: list[int],
    quantisation: str,
    journal: Journal,
) -> None:
    missing = [position for position in positions if position not in journal]
    if not missing:
        return
    network, scores, device = TimedNetwork(deblurrer), ImageScores(quantisation, source.dtype), None
    pairs = zip(missing, read_pairs(source, missing), strict=True)
    with progress_bar(total=len(positions), initial=len(journal), unit="image") as progress:
        for position, pair in pairs:
            try:
                restored, runtime_ms = network(pair["blur"])
                values = scores(restored, pair["blur"], pair["sharp"])
            except InputError as error:
                raise InputError(f"{pair['name']}: {error}") from None
            device = device or environment.device()
            height, width, _ = pair["sharp"].shape
            journal.append(
                {
                    "position": position,
                    "name": pair["name"],
                    "height": height,
                    "width": width,
                    "pair_sha256": _sha256(pair),
                    **values,
                    "runtime_ms": runtime_ms,
                    "device": device,
                }
            )
            progress.update()


def _sha256(pair: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for side in ("blur", "sharp"):
        digest.update(pair[side].tobytes())
    return digest.hexdigest()


def _all_rows(
    output: Path, num_shards: int, identity: dict[str, Any], positions: list[int]
) -> list[dict[str, Any]] | None:
    """The rows of all shards in the order of the dataset, or None if some are missing."""
    rows: list[dict[str, Any]] = []
    for i in range(1, num_shards + 1):
        found, rows_of_shard = read_journal(_journal(output, i, num_shards))
        if found != identity:  # not begun, or yet to begin anew
            return None
        rows += rows_of_shard
    rows.sort(key=lambda row: row["position"])
    return rows if [row["position"] for row in rows] == positions else None


def _is_written(output: Path) -> bool:
    return all((output / name).exists() for name in FILES)
