"""The apps that write, on inputs of seconds, to be killed: what to run and what must come of it."""

import csv
import dataclasses
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable

import numpy as np
from PIL import Image

from tests.hostile.sound import IDENTITY_ARGUMENTS, write_identity_network, write_tiny_training
from tests.training.runs import environment, tensors

NAMES = ("train", "evaluate", "export", "dataset building", "synthesize", "deblur")

_LONGEST_S = 300

_DATASET = """
import sys
import tensorflow_datasets as tfds
from tfdeblur.tfds_builders.synthetic_blur import SyntheticBlurConfig
config = SyntheticBlurConfig(
    name="small", sharp_dir=sys.argv[1], size=64, train_pairs=10, test_pairs=5
)
tfds.load("synthetic_blur", data_dir=sys.argv[2], builder_kwargs={"config": config})
"""


@dataclasses.dataclass(frozen=True)
class App:
    """A command that is killed, and repeated as it is.

    Attributes:
      name: for the report.
      command: function from the folder for its results to its arguments.
      results: function from that folder to {name: digest or value} of all that must be
        the same after a kill and a rerun as without.
      overwrite: flags with which it replaces results that are there, where it has any.
      is_script: whether it is a user's Python script, in which exceptions have tracebacks.
    """

    name: str
    command: Callable
    results: Callable
    overwrite: str | None = None
    is_script: bool = False

    def run(self, folder, *flags):
        """Runs it to its end; a `subprocess.CompletedProcess` with text."""
        return subprocess.run(
            [*self.command(folder), *flags],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=_LONGEST_S,
            check=False,
        )


def files_in(folder):
    """Paths of all files below a folder, but for those whose names tell the time."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "events.out.tfevents" not in path.name
    }


def write_apps(inputs):
    """Writes inputs into the folder `inputs`; {name: `App`} of those that work on them."""
    network = write_identity_network(inputs)
    photos, pairs, sharp = inputs / "photos", inputs / "pairs", inputs / "sharp"
    rng = np.random.default_rng(9)
    for number in range(40):
        picture = _picture(rng, 48)
        _save(photos / f"{number % 3}" / f"{number:02d}.png", picture)
        if number < 12:
            _save(pairs / "input" / f"{number:02d}.png", picture)
            _save(pairs / "target" / f"{number:02d}.png", _picture(rng, 48))
    for number in range(4):
        _save(sharp / f"{number}.png", _picture(rng, 96))
    frames = inputs / "clip"
    wide = _picture(rng, 500)
    for number in range(400):
        _save(frames / f"{number:03d}.png", wide[:64, number : number + 96])
    training = write_tiny_training(
        inputs / "training.gin", IDENTITY_ARGUMENTS, pairs, steps=40, steps_per_epoch=5
    )
    folders = [f"--blur_dir={pairs / 'input'}", f"--sharp_dir={pairs / 'target'}"]
    tfdeblur = [sys.executable, "-m", "tfdeblur"]
    apps = [
        App(
            "train",
            lambda out: [*tfdeblur, "train", training, f"--workdir={out / 'run'}"],
            _training_results,
        ),
        App(
            "evaluate",
            lambda out: [*tfdeblur, "evaluate", *network, *folders, f"--output={out / 'results'}"],
            _evaluation_results,
        ),
        App(
            "export",
            lambda out: [
                *(*tfdeblur, "export", *network, "--format=saved_model"),
                *(f"--output={out / 'exported'}", "--overwrite"),
            ],
            _export_results,
            "--overwrite",
        ),
        App(
            "dataset building",
            lambda out: [sys.executable, "-c", _DATASET, str(sharp), str(out / "data")],
            _dataset_results,
            is_script=True,
        ),
        App(
            "synthesize",
            lambda out: [
                *tfdeblur,
                "synthesize",
                "--overwrite",
                f"--output={out / 'pairs'}",
                str(frames),
            ],
            _all_bytes,
        ),
        App(
            "deblur",
            lambda out: [
                *(*tfdeblur, "deblur", *network, "--skip_existing"),
                *(f"--output={out / 'restored'}", str(photos)),
            ],
            _all_bytes,
            "--noskip_existing --overwrite",
        ),
    ]
    return {app.name: app for app in apps}


def _picture(rng, side):
    small = rng.integers(0, 256, (side // 4, side // 4, 3), np.uint8)
    picture = np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC))
    return np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


def _save(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(picture)).save(path)


def _all_bytes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _training_results(folder):
    """Weights, average and optimizer bit for bit, and the figures of every epoch."""
    results = {
        path.relative_to(folder).as_posix(): _digest(
            [(name, np.asarray(value).tobytes()) for name, value in sorted(tensors(path).items())]
        )
        for path in sorted(folder.rglob("*.weights.h5"))
    }
    with (folder / "run" / "history.csv").open() as file:
        rows = [
            {key: value for key, value in row.items() if not key.endswith(("_s", "_per_s"))}
            for row in csv.DictReader(file)
        ]
    return {**results, "history.csv": rows}


def _evaluation_results(folder):
    """All but the times."""
    per_image = (folder / "results" / "per_image.csv").read_text()
    summary = json.loads((folder / "results" / "summary.json").read_text())
    return {
        "per_image.csv": per_image,
        **{key: value for key, value in summary.items() if not key.startswith("runtime_ms")},
    }


def _dataset_results(folder):
    """Every record, whose features TensorFlow stores in any order, and the files beside them."""
    import tensorflow as tf

    results = _all_bytes(folder)
    for name in [name for name in results if ".tfrecord" in name]:
        records = []
        for record in tf.data.TFRecordDataset(str(folder / name)).as_numpy_iterator():
            features = tf.train.Example.FromString(record).features.feature
            records.append(sorted((key, features[key].SerializeToString()) for key in features))
        results[name] = _digest(records)
    return results


def _export_results(folder):
    """What the exported network computes, and what its check said."""
    from tfdeblur.inference.runtimes.saved_model import SavedModelRuntime

    exported = folder / "exported"
    batch = np.random.default_rng(1).random((1, 33, 47, 3), np.float32)
    computed = np.asarray(SavedModelRuntime(str(exported))(batch))
    parity = json.loads((folder / "exported.parity.json").read_text())
    parity.pop("bytes")  # TensorFlow's fingerprint holds a random number, of one digit or two
    return {"computed": _digest(computed.tobytes()), "parity": parity}


def _digest(value):
    return hashlib.sha256(repr(value).encode()).hexdigest()
