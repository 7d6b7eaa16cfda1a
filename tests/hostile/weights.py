"""Everything hostile that can be handed to the project as weights or a network.

Each case is a file or folder and the ways in which a user would hand it over. Those that
run code make a canary: a file that must not be there afterwards.
"""

import dataclasses
import hashlib
import io
import json
import shutil
from pathlib import Path

import h5py
import numpy as np

from tests.hostile.hdf5 import hostile_hdf5, write_lambda_model
from tests.hostile.pickles import (
    archive,
    exhausting_pickles,
    hostile_archives,
    hostile_pickles,
    in_old_format,
    in_zip_format,
)
from tests.hostile.programs import hostile_gin_files, hostile_saved_models
from tests.reference import checkpoint_files


@dataclasses.dataclass(frozen=True)
class Hostile:
    """A case.

    Attributes:
      kind: what it claims to be, for tables.
      name: what it does, unique within the kind.
      path: the file or folder.
      offers: names of the ways to hand it over; see tests/reliability/offers.py.
      armed: whether it is meant to run code when pickle or TensorFlow loads it.
    """

    kind: str
    name: str
    path: Path
    offers: tuple
    armed: bool = False


KINDS = (
    "pickles",
    "checkpoints",
    "hdf5",
    "other files",
    "gin files",
    "saved models",
    "runs",
    "journals",
)


def write_hostile(folder, sound, canary, kinds=KINDS):
    """Writes every case of some kinds below `folder`, which is made; a list of `Hostile`.

    Args:
      folder: where to.
      sound: a `tests.hostile.sound.SoundWeights`, which cases are made from.
      canary: the file that code makes if it is run.
      kinds: some of `KINDS`.
    """
    writers = {
        "pickles": lambda path: _pickles(path, canary),
        "checkpoints": lambda path: _checkpoints(path, sound),
        "hdf5": lambda path: _hdf5(path, sound),
        "other files": lambda path: _other_files(path, sound, canary),
        "gin files": lambda path: _gin_files(path, canary),
        "saved models": lambda path: _saved_models(path, canary),
        "runs": lambda path: _training_folders(path, sound, canary),
        "journals": _journals,
    }
    folder.mkdir()
    cases = [case for kind in kinds for case in writers[kind](folder / kind.replace(" ", "_"))]
    # To make an attack can be to carry it out.
    canary.unlink(missing_ok=True)
    return cases


def _numbered(folder, cases):
    folder.mkdir()
    for number, (name, case) in enumerate(cases.items()):
        yield name, case, folder / f"{number:03d}"


def _pickles(folder, canary):
    attacks = hostile_pickles(canary) | exhausting_pickles()
    files = {f"{name}, bare": attack for name, attack in attacks.items()}
    files |= {f"{name}, in the old format": in_old_format(a) for name, a in attacks.items()}
    files |= {f"{name}, in a zip": in_zip_format(attack) for name, attack in attacks.items()}
    files |= hostile_archives(canary)
    for name, content, path in _numbered(folder, files):
        path.mkdir()
        (path / "encoder_lv1.pkl").write_bytes(content)
        armed = name.removesuffix(", bare") in hostile_pickles(canary)
        yield Hostile("PyTorch state dict", name, path, ("convert dmphn",), armed)
    endless = folder / "endless"
    endless.mkdir()
    (endless / "encoder_lv1.pkl").symlink_to("/dev/zero")
    yield Hostile("PyTorch state dict", "a link to /dev/zero", endless, ("convert dmphn",))
    # Handed over where another format is expected.
    for name in ("REDUCE os.system", "STACK_GLOBAL exec"):
        path = folder / f"{name.split()[0]}.weights.h5"
        path.write_bytes(attacks[name])
        yield Hostile("PyTorch state dict", f"{name}, named .weights.h5", path, _AS_WEIGHTS)


_ARMED = ("writes a file", "prints to a file", "saves a checkpoint", "writes within a branch")
_AS_WEIGHTS = ("deblur --weights", "load_weights")


def _checkpoints(folder, sound):
    values = np.arange(4, dtype=np.float32).tobytes()
    whole = checkpoint_files.entry([4], values)
    files = {
        name: checkpoint_files.table([(b"", checkpoint_files.header()), (b"g_net/w", entry)])
        for name, entry in checkpoint_files.impossible_entries(values).items()
    }
    items = [(b"", checkpoint_files.header()), (b"g_net/w", whole)]
    short_key = b"\x40\x01\x01" + b"ab"
    files |= {
        "name that shares what is not there": checkpoint_files.table(
            items, lambda _: short_key + bytes(8)
        ),
        "compressed": checkpoint_files.table(items, kind=b"\1"),
        "a block named a hundred thousand times": checkpoint_files.table(
            items, index_items=lambda handle: [(b"\xff", handle)] * 100_000
        ),
        "a billion files": checkpoint_files.table([(b"", checkpoint_files.header(2**30))]),
        "a name of megabytes": checkpoint_files.table([*items, (b"g" * 5_000_000, whole)]),
        "no header": checkpoint_files.table(items[1:]),
        "control codes in a name": checkpoint_files.table([*items, (b"\x1b[2J\n", whole)]),
        "another network's": checkpoint_files.table(items),
    }
    for name, index, path in _numbered(folder, files):
        path.with_name(f"{path.name}.index").write_bytes(index)
        path.with_name(f"{path.name}.data-00000-of-00001").write_bytes(values)
        yield Hostile("TensorFlow checkpoint", name, path, ("convert pss_nsc",))
    for suffix in (".index", ".data-00000-of-00001"):
        for number, kept in enumerate((0.0, 0.3, 0.99)):
            path = folder / f"cut{number}{suffix}"
            for one in (".index", ".data-00000-of-00001"):
                shutil.copy(f"{sound.checkpoint}{one}", f"{path}{one}")
            damaged = Path(f"{path}{suffix}")
            content = damaged.read_bytes()
            damaged.write_bytes(content[: int(kept * len(content))])
            name = f"{suffix} cut to {kept:.0%}"
            yield Hostile("TensorFlow checkpoint", name, path, ("convert pss_nsc",))


def _hdf5(folder, sound):
    valid = sound.weights.read_bytes()
    secret = folder.with_name("secret.h5")
    with h5py.File(secret, "w") as file:
        file["kernel"] = np.zeros((3, 3, 3, 4), np.float32)
    for name, make, path in _numbered(folder, hostile_hdf5(valid, secret)):
        path = path.with_name(f"{path.name}.weights.h5")
        path.write_bytes(valid)
        make(path)
        offers = (*_AS_WEIGHTS, "train initial weights") if name in _ALSO_TRAIN else _AS_WEIGHTS
        yield Hostile(".weights.h5", name, path, offers)


_ALSO_TRAIN = ("NaN", "external link", "another model's", "half of it")


def _other_files(folder, sound, canary):
    folder.mkdir()
    model = folder / "lambda.keras"
    write_lambda_model(model, canary)
    module = folder / "module.keras"
    config = {"module": "os", "class_name": "system", "config": {"command": f"touch {canary}"}}
    module.write_bytes(_keras_archive(config))
    files = {
        "Lambda layer": model,
        "class of another module": module,
        "Lambda layer, named .weights.h5": shutil.copy(model, folder / "lambda.weights.h5"),
        "class of another module, named .weights.h5": shutil.copy(
            module, folder / "module.weights.h5"
        ),
    }
    for name, path in files.items():
        yield Hostile(".keras", name, Path(path), _AS_WEIGHTS)
    onnx = folder / "network.onnx"
    onnx.write_bytes(b"\x08\x07\x12\x04test")
    yield Hostile(".onnx", "given as weights", onnx, _AS_WEIGHTS)
    yield Hostile("folder", "given as weights", folder, _AS_WEIGHTS)


def _keras_archive(config):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_group("layers")
    metadata = {"keras_version": "3.0.0", "date_saved": ""}
    return archive(
        {
            "metadata.json": json.dumps(metadata).encode(),
            "config.json": json.dumps(config).encode(),
            "model.weights.h5": buffer.getvalue(),
        }
    )


def _gin_files(folder, canary):
    for name, text, path in _numbered(folder, hostile_gin_files(canary)):
        path = path.with_name(f"{path.name}.gin")
        path.write_text(text.replace("{path}", str(path)))
        yield Hostile("gin file", name, path, ("train --gin_file",))


def _saved_models(folder, canary):
    for name, write, path in _numbered(folder, hostile_saved_models(canary)):
        write(path)
        yield Hostile("SavedModel", name, path, ("deblur --saved_model",), armed=name in _ARMED)


def _training_folders(folder, sound, canary):
    deep = "[" * 100_000
    pickled = in_old_format(hostile_pickles(canary)["REDUCE os.system"])
    nan = folder.with_name("nan.weights.h5")
    nan.write_bytes(sound.weights.read_bytes())
    hostile_hdf5(b"", "")["NaN"](nan)
    name = "step_000000003"
    checkpoint = {
        "a pickle": (pickled, json.dumps({"sha256": hashlib.sha256(pickled).hexdigest()})),
        "100,000 brackets for a digest": (b"", deep),
        "no digest": (b"", "{}"),
        "NaN": (
            nan.read_bytes(),
            json.dumps({"sha256": hashlib.sha256(nan.read_bytes()).hexdigest()}),
        ),
    }
    for what, (content, text), path in _numbered(folder, checkpoint):
        (path / "checkpoints").mkdir(parents=True)
        (path / "checkpoints" / f"{name}.weights.h5").write_bytes(content)
        (path / "checkpoints" / f"{name}.json").write_text(text)
        yield Hostile("checkpoint of a run", what, path, ("train --workdir",))
    settings = {
        "a list": b"[]",
        "no text": b"\xff\xfe\x00",
        "100,000 brackets": deep.encode(),
    }
    for what, content in settings.items():
        path = folder / f"settings {what}"
        (path / "checkpoints").mkdir(parents=True)
        (path / "checkpoints" / f"{name}.json").write_text("{}")
        (path / "settings.json").write_bytes(content)
        yield Hostile("settings.json of a run", what, path, ("train --workdir",))


def _journals(folder):
    files = {
        "100,000 brackets": b"[" * 100_000 + b"\n",
        "a number for an image": b'{"model": "x"}\n7\n',
        "a list for a position": b'{"model": "x"}\n{"position": [1]}\n',
        "no text": b"\xff\xfe\n",
        "a number of a million digits": b'{"model": ' + b"9" * 1_000_000 + b"}\n",
    }
    for name, content, path in _numbered(folder, files):
        path.write_bytes(content)
        yield Hostile("journal", name, path, ("journal",))
