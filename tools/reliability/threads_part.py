"""One `Deblurrer` used by many threads: each must get its own image."""

import collections
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tfdeblur.choices import ENGINES
from tfdeblur.errors import InputError
from tfdeblur.inference.engine import Deblurrer

TITLE = "Threads"

_PRESET = "dmphn_1_2_small"
# Padded to two sizes, upright and lying: OpenVINO keeps two compiled, and would do little else
# but compile if more of them came in turn.
_SIZES = ((48, 64), (64, 48), (46, 62), (63, 47), (41, 61))
_MOST_FAILURES = 20


def measure(workspace, num_images=400, num_threads=8, engines=ENGINES, model=_PRESET):
    """Restores images one after the other, then the same by many threads, with each engine.

    Args:
      workspace: not used.
      num_images: all different, of several sizes in turn.
      num_threads: that share one `Deblurrer`.
      engines: names; one that is not installed is skipped and named.
      model: preset or built network.
    """
    del workspace
    rng = np.random.default_rng(8)
    images = [
        rng.integers(0, 256, (*_SIZES[i % len(_SIZES)], 3), np.uint8) for i in range(num_images)
    ]
    figures = {"num_images": num_images, "num_threads": num_threads, "engines": {}, "skipped": []}
    failures = []
    for engine in engines:
        try:
            deblur = Deblurrer(model, engine=engine)
        except InputError as error:
            figures["skipped"].append(f"{engine}: {error}")
            continue
        figures["engines"][engine], wrong = _compared(deblur, images, num_threads)
        failures += [f"{engine}: {what}" for what in wrong]
    return {**figures, "failures": failures[:_MOST_FAILURES]}


def render(figures):
    """Markdown of what `measure` found."""
    lines = [
        f"{figures['num_images']} different images of {len(_SIZES)} sizes, restored by "
        f"{figures['num_threads']} threads that share one `Deblurrer` and again one after the "
        "other. The first image of a size meets the threads uncompiled.",
        "",
        "| engine | equal bit for bit | largest difference, grey levels | errors | seconds, "
        "alone | seconds, threads |",
        "|---|---|---|---|---|---|",
    ]
    for engine, found in figures["engines"].items():
        lines.append(
            f"| {engine} | {found['equal']} | {found['largest_difference']} | {found['errors']} | "
            f"{found['alone_s']:.1f} | {found['threads_s']:.1f} |"
        )
    lines += [f"\nNot installed: {reason}" for reason in figures["skipped"]]
    return "\n".join(lines)


def _compared(deblur, images, num_threads):
    """What one `Deblurrer` gave to the threads and to one caller; and what was wrong."""
    begin = time.monotonic()
    with ThreadPoolExecutor(num_threads) as threads:
        # Before anything is compiled or traced: that is what threads could do twice.
        together = list(threads.map(lambda image: _restored(deblur, image), images))
    between = time.monotonic()
    alone = [_restored(deblur, image) for image in images]
    end = time.monotonic()
    counts = collections.Counter()
    largest, wrong = 0, []
    for number, (received, expected) in enumerate(zip(together, alone, strict=True)):
        if isinstance(received, Exception) or isinstance(expected, Exception):
            counts["errors"] += 1
            wrong.append(f"image {number}: {received!r}"[:200])
        elif received.shape != expected.shape:
            counts["errors"] += 1
            wrong.append(f"image {number}: {received.shape} instead of {expected.shape}")
        else:
            difference = int(np.abs(received.astype(int) - expected).max())
            counts["equal"] += difference == 0
            largest = max(largest, difference)
            # Sums in another order may round to the next level; another image is far off.
            if difference > 1:
                wrong.append(f"image {number}: {difference} grey levels apart")
    figures = {
        "equal": counts["equal"],
        "errors": counts["errors"],
        "largest_difference": largest,
        "threads_s": between - begin,
        "alone_s": end - between,
    }
    return figures, wrong


def _restored(deblur, image):
    try:
        return deblur(image)
    except Exception as error:  # whatever a thread dies of is what is looked for
        return error
