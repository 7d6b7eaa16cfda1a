"""Writes an exported file only if it computes what the network computes."""

import dataclasses
import importlib.metadata
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.exporting import litert, onnx, saved_model
from tfdeblur.exporting.parity import FLOAT16_WEIGHTS, FLOAT32, SHAPES, measure_parity
from tfdeblur.exporting.signatures import check_backend
from tfdeblur.system.atomic_write import atomic_folder, atomic_write
from tfdeblur.system.environment import environment
from tfdeblur.system.memory import available_memory
from tfdeblur.system.paths import check_parent
from tfdeblur.weights.files import weights_sha256


@dataclasses.dataclass(frozen=True)
class Format:
    """How a format is written and read.

    Attributes:
      export: writes a model to a path; takes depth, float16 and options of its own.
      load: reads it in the way its users do.
      placed: the context in which the output appears whole or not at all.
      require: raises InputError unless its libraries are installed.
      packages: those libraries.
      memory_factor: its working memory beside the Keras model's; measured on CPU.
    """

    export: Callable
    load: Callable
    placed: Callable[[Path], AbstractContextManager]
    require: Callable[[], None]
    packages: tuple[str, ...]
    memory_factor: float = 1


FORMATS = {
    "saved_model": Format(
        saved_model.export_saved_model,
        saved_model.load_saved_model,
        placed=atomic_folder,
        require=lambda: None,
        packages=(),
    ),
    "onnx": Format(
        onnx.export_onnx,
        onnx.load_onnx,
        placed=atomic_write,
        require=onnx.require_onnx,
        packages=("onnx", "onnxruntime", "tf2onnx"),
        memory_factor=5,
    ),
    "litert": Format(
        litert.export_litert,
        litert.load_litert,
        placed=atomic_write,
        require=litert.require_litert,
        packages=("ai-edge-litert",),
        # Features whose size is found out while it runs are kept until the end.
        memory_factor=28,
    ),
}


def check_output(path, format_name, overwrite=False):
    """Raises InputError unless an export can be written to `path`.

    To be called before the work begins. With `overwrite` an older export may be there,
    but neither a folder of something else nor one where a file is to be.
    """
    path = Path(path)
    check_backend()
    FORMATS[format_name].require()
    check_parent(path)
    if path.exists() and not overwrite:
        raise InputError(f"{path}: exists already; expected a new name, or overwrite=True.")
    if format_name == "saved_model":
        saved_model.check_replaceable(path)
    elif path.is_dir():
        raise InputError(f"{path}: is a directory; expected the name of a file to write.")


def export_checked(
    model, path, format_name, depth=None, float16=False, shapes=SHAPES, overwrite=False, **options
):
    """Exports `model`, loads the result afresh, compares, and only then puts it in place.

    What was compared and found is written beside it as PATH.parity.json, with the weights'
    SHA-256 and the versions that made it.

    Args:
      model: a built `DeblurringModel`, on the TensorFlow backend.
      path: the file or, for a SavedModel, the folder to write.
      format_name: one of `FORMATS`.
      depth: for stacks, how many units to run; None is all that were built.
      float16: whether weights are stored in 16 bits.
      shapes: (batch, height, width) of the images to compare on; sides are halved until
        the images fit into the memory there is.
      overwrite: whether an older export may be replaced.
      **options: what else `Format.export` takes.

    Returns:
      The list of `Parity`.

    Raises:
      InputError: as `check_output`, and where the file exceeds the tolerance; then nothing
        is left and what was there stays.
    """
    path = Path(path)
    check_output(path, format_name, overwrite)
    made = FORMATS[format_name]
    tolerance = FLOAT16_WEIGHTS if float16 else FLOAT32
    bytes_per_pixel = made.memory_factor * model.working_bytes_per_pixel
    shapes = [_fitting(shape, bytes_per_pixel) for shape in shapes]
    record_path = parity_path(path)
    with made.placed(path) as unfinished:
        made.export(model, unfinished, depth=depth, float16=float16, **options)
        found = measure_parity(model, made.load(unfinished), shapes, depth)
        problems = [problem for parity in found for problem in parity.problems(tolerance)]
        if problems:
            raise InputError(
                f"{path}: the exported network is not the Keras model: {'; '.join(problems)}. "
                "Nothing was written."
            )
        num_bytes = _num_bytes(unfinished)
        # An older one would not be true of the new file if this ended before the new one.
        record_path.unlink(missing_ok=True)
    here = environment()
    here["versions"] |= {package: importlib.metadata.version(package) for package in made.packages}
    record = {
        "format": format_name,
        "model": model.name,
        "num_units": model.num_units,
        "depth": model.depth if depth is None else depth,
        "weights_sha256": weights_sha256(model),
        "float16": float16,
        **options,
        "bytes": num_bytes,
        "tolerance": dataclasses.asdict(tolerance),
        "parity": [dataclasses.asdict(parity) for parity in found],
        **here,
    }
    with atomic_write(record_path) as unfinished:
        unfinished.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return found


def parity_path(path):
    """Where the record of the export to `path` lies: beside it, also for a folder."""
    path = Path(path)
    return path.with_name(f"{path.name}.parity.json")


def _fitting(shape, bytes_per_pixel):
    batch, height, width = shape
    while batch * height * width * bytes_per_pixel > available_memory() and min(height, width) > 3:
        height, width = height // 2, width // 2
    return batch, height, width


def _num_bytes(path):
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
