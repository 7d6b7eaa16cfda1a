"""The ways in which a user hands over weights and networks, each in this process."""

import contextlib
import dataclasses
import io
import os
import pickle
import time
import traceback
from pathlib import Path

import numpy as np
import psutil

from tests.hostile.sound import ARGUMENTS, DMPHN, NETWORK, PSS_NSC, SoundWeights
from tests.reliability.children import PeakMemory, resident_mb
from tfdeblur.cli import EXIT_INPUT_ERROR, run_app
from tfdeblur.errors import InputError

OFFERS = (
    "convert dmphn",
    "convert pss_nsc",
    "deblur --weights",
    "load_weights",
    "train initial weights",
    "train --workdir",
    "train --gin_file",
    "deblur --saved_model",
    "journal",
)

# A run that goes on may write these before it looks at its checkpoints.
_OF_A_RUN = {"config.gin", "settings.json", ".lock"}


@dataclasses.dataclass(frozen=True)
class Offer:
    """What is handed over, and how.

    Attributes:
      way: one of `OFFERS`.
      path: the file or folder.
      sound: files to use with it.
      output: a folder that is not there, where results would go.
      canary: the file that hostile code makes.
    """

    way: str
    path: Path
    sound: SoundWeights
    output: Path
    canary: Path


def accept(offer):
    """Hands it over; a dict that says what came of it.

    "status" is the exit status, "message" the last line of what was said, "problems"
    a list of what may not be, in words; "seconds" and "more_mb" what it took.
    """
    before = _files(offer)
    process = psutil.Process(os.getpid())
    start_mb, start = resident_mb(process), time.monotonic()
    said = io.StringIO()
    problems = []
    with PeakMemory(process.pid) as memory, contextlib.redirect_stderr(said):
        try:
            status = _hand_over(offer)
        except InputError as error:  # of Python's interface, where there is no app
            status = EXIT_INPUT_ERROR
            said.write(f"InputError: {error}\n")
        except BaseException as error:
            status = 1
            problems.append(f"{type(error).__name__}: {str(error)[:200]} {_where(error)}")
    seconds = time.monotonic() - start
    lines = said.getvalue().splitlines()
    if _executed(offer):
        problems.append("code was executed")
    if status == EXIT_INPUT_ERROR and (new := _files(offer) - before):
        problems.append(f"wrote {', '.join(sorted(new))[:200]}")
    if any("Traceback" in line for line in lines):
        problems.append("showed a traceback")
    if any(not line.isprintable() for line in lines):
        problems.append("showed control codes")
    return {
        "status": status,
        "message": lines[-1][:300] if lines else "",
        "problems": problems,
        "seconds": seconds,
        "more_mb": max(0.0, memory.peak_mb - start_mb),
    }


def use_plainly(offer):
    """Whether the canary is there after the file was used as other programs would use it.

    An attack that harms nobody would prove nothing. For pickles and SavedModels.
    """
    import tensorflow as tf

    with contextlib.suppress(Exception):
        if (offer.path / "saved_model.pb").exists():
            image = tf.ones((1, 8, 8, 3))
            tf.saved_model.load(str(offer.path)).signatures["float"](images=image)
        else:
            pickle.loads((offer.path / "encoder_lv1.pkl").read_bytes())
    return _executed(offer)


def _executed(offer):
    """Whether there is a canary, which is removed; TensorFlow adds suffixes to its name."""
    found = list(offer.canary.parent.glob(f"{offer.canary.name}*"))
    for path in found:
        path.unlink()
    return bool(found)


def _hand_over(offer):
    sound, path = offer.sound, offer.path
    offer.output.mkdir(exist_ok=True)
    weights = f"--output={offer.output / 'x.weights.h5'}"
    results = [f"--output={offer.output / 'results'}", str(sound.photo)]
    workdir = f"--workdir={offer.output / 'run'}"
    train = ["--gin_param=RunSettings.deterministic=False"]
    match offer.way:
        case "convert dmphn" | "convert pss_nsc":
            model = DMPHN if offer.way.endswith("dmphn") else PSS_NSC
            return run_app("convert", [f"--model={model}", f"--source={path}", weights])
        case "deblur --weights":
            return run_app("deblur", [f"--weights={path}", *results])
        case "deblur --saved_model":
            return run_app("deblur", [f"--saved_model={path}", *results])
        case "train initial weights":
            initial = f"--gin_param=training.Experiment.initial_weights={str(path)!r}"
            return run_app("train", [f"--gin_file={sound.training}", initial, *train, workdir])
        case "train --workdir":
            return run_app("train", [f"--gin_file={sound.training}", *train, f"--workdir={path}"])
        case "train --gin_file":
            return run_app("train", [f"--gin_file={path}", *train, workdir])
        case "journal":
            from tfdeblur.evaluation.journal import read_journal

            read_journal(path)
            return 0
        case "load_weights":
            return _load(path, sound)
    raise ValueError(offer.way)


def _load(path, sound):
    """As `load_weights` is called from Python; the network must be left as it was."""
    from tfdeblur.models.presets import build_model
    from tfdeblur.weights.files import load_weights

    model = build_model(NETWORK, **ARGUMENTS)
    before = [np.array(value) for value in model.get_weights()]
    try:
        load_weights(model, path)
    except InputError:
        after = model.get_weights()
        if not all(map(np.array_equal, before, after)):
            raise RuntimeError("the network was changed") from None
        raise
    return 0


def _files(offer):
    """All files that results or leftovers could be among."""
    folders = [offer.output, offer.path.parent]
    if offer.way == "train --workdir":
        folders.append(offer.path)
    return {
        str(file.relative_to(folder))
        for folder in folders
        for file in folder.rglob("*")
        if file.is_file() and file.name not in _OF_A_RUN
    }


def _where(error):
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/tfdeblur/" in frame.filename]
    return f"({Path(ours[-1].filename).name}:{ours[-1].lineno})" if ours else ""
