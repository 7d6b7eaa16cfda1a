"""Damaged copies of sound weight files, and what each importer makes of them."""

import dataclasses
import hashlib
import random
import shutil
from pathlib import Path

import numpy as np

from tests.hostile.sound import ARGUMENTS, NETWORK, SoundWeights
from tfdeblur.errors import InputError

# Format -> the file of it that is damaged, relative to the folder of `SoundWeights`.
FORMATS = {
    "PyTorch state dict, old format": "release/encoder_lv1.pkl",
    "PyTorch state dict, zip": "encoder.zip.pkl",
    "TensorFlow checkpoint, index": "deblur_model.index",
    "TensorFlow checkpoint, values": "deblur_model.data-00000-of-00001",
    ".weights.h5": "network.weights.h5",
    "gin file": "training.gin",
    "SavedModel, graph": "saved_model/saved_model.pb",
    "SavedModel, index of the variables": "saved_model/variables/variables.index",
    "journal": "journal.jsonl",
}


@dataclasses.dataclass(frozen=True)
class Damage:
    """A format's file, damaged as the seed says; None leaves it sound."""

    format: str
    sound: SoundWeights
    copy: Path
    seed: int | None


def read_damaged(damage):
    """("refused", None), ("read", digest of what was read), or ("changed", what) after a refusal.

    Runs in a child; the damaged file is written here, beside sound ones.
    """
    source = damage.sound.photo.parent
    copy = damage.copy
    relative = FORMATS[damage.format]
    if not copy.exists():
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("pairs"))
    content = (source / relative).read_bytes()
    file = copy / relative
    file.write_bytes(content if damage.seed is None else damaged(content, damage.seed))
    try:
        return "read", _READERS[damage.format.split(",")[0]](file, damage.sound)
    except InputError as error:
        lines = str(error).splitlines()
        if not lines:
            return "changed", "a refusal that says nothing"
        return "refused", None
    finally:
        file.write_bytes(content)


def damaged(content, seed):
    """Content with bits flipped, cut off, something put in, swapped or overwritten."""
    rng = random.Random(seed)
    changed = bytearray(content)

    def position():
        # Structure lies at the ends of many formats, values between.
        whole = len(changed)
        part = rng.choice([(0, whole), (0, whole // 8), (whole - whole // 8, whole)])
        return rng.randrange(part[0], max(part[0] + 1, part[1]))

    match rng.randrange(6):
        case 0:
            for _ in range(rng.choice([1, 1, 4, 32])):
                changed[position()] ^= 1 << rng.randrange(8)
        case 1:
            del changed[position() :]
        case 2:
            where = position()
            changed[where:where] = rng.randbytes(rng.choice([1, 8, 200]))
        case 3:
            one, other, size = position(), position(), rng.choice([4, 16, 256])
            first, second = changed[one : one + size], changed[other : other + size]
            changed[one : one + size], changed[other : other + size] = second, first
        case 4:
            where, size = position(), rng.choice([1, 4, 8])
            changed[where : where + size] = rng.choice([b"\xff", b"\0", b"\x7f"]) * size
        case _:
            where = position()
            del changed[where : where + rng.choice([1, 8, 200])]
    return bytes(changed)


def _state_dict(file, sound):
    from tfdeblur.weights.importers.torch_state_dict import read_state_dict

    return _digest(read_state_dict(file))


def _checkpoint(file, sound):
    from tfdeblur.weights.importers.pss_nsc_release import read_tensors

    prefix = file.with_name(file.name.split(".")[0])
    return _digest(read_tensors(prefix, None)[0])


_models: dict = {}


def _weights(file, sound):
    from tfdeblur.models.presets import build_model
    from tfdeblur.weights.files import load_weights

    if not _models:
        model = build_model(NETWORK, **ARGUMENTS)
        _models.update(model=model, before=[np.array(value) for value in model.get_weights()])
    model, before = _models["model"], _models["before"]
    model.set_weights(before)
    try:
        load_weights(model, file)
    except InputError:
        if not all(map(np.array_equal, before, model.get_weights())):
            raise RuntimeError("a refused file changed the network") from None
        raise
    return _digest(dict(enumerate(model.get_weights())))


def _gin(file, sound):
    from tfdeblur.config import read_experiment

    return read_experiment([file]).text


def _saved_model(file, sound):
    from tfdeblur.inference.runtimes.saved_model import SavedModelRuntime

    folder = file.parent if file.parent.name != "variables" else file.parent.parent
    restored = SavedModelRuntime(folder)(np.full((1, 8, 8, 3), 0.5, np.float32))
    return _digest({"restored": restored})


def _journal(file, sound):
    from tfdeblur.evaluation.journal import read_journal

    return str(read_journal(file))


def _digest(arrays):
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name}{array.shape}{array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


_READERS = {
    "PyTorch state dict": _state_dict,
    "TensorFlow checkpoint": _checkpoint,
    ".weights.h5": _weights,
    "gin file": _gin,
    "SavedModel": _saved_model,
    "journal": _journal,
}
