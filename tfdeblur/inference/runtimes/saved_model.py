"""Runs an exported SavedModel with plain TensorFlow."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfdeblur.errors import InputError, shown
from tfdeblur.exporting.saved_model import DESCRIPTION, SIGNATURES
from tfdeblur.exporting.signatures import INPUT, OUTPUT
from tfdeblur.inference.runtimes.runtime import Runtime
from tfdeblur.inference.runtimes.saved_model_check import check_saved_model

# Those are taken to need what the largest of ours need.
_UNKNOWN_NETWORK = {
    "num_units": 1,
    "depth": 1,
    "working_bytes_per_pixel": 900,
    "jit_compile": False,
}


class SavedModelRuntime(Runtime):
    """A network from a folder that `tfdeblur export` wrote, without its Keras model.

    Args:
      path: the folder. Also a SavedModel from elsewhere will do, if it has the signature
        "float" of `export_saved_model`.

    Raises:
      InputError: when `path` is no SavedModel or has no such signature.
    """

    name = "saved_model"

    def __init__(self, path: str | os.PathLike) -> None:
        path = self._path = Path(path)
        if not (path / "saved_model.pb").is_file():
            raise InputError(
                f"{path}: no SavedModel (a folder with saved_model.pb); make one with "
                "`tfdeblur export`."
            )
        check_saved_model(path)
        try:
            # Kept, because a signature does not keep alive what holds its weights.
            self._loaded = tf.saved_model.load(str(path))
        except Exception as error:  # TensorFlow raises many kinds for damaged files
            said = shown(" ".join(str(error).split()), limit=200)
            raise InputError(f"{path}: TensorFlow cannot load this SavedModel: {said}") from error
        self._restore = _float_signature(self._loaded, path)
        description = _description(path)
        self.num_units = description["num_units"]
        self.depth = description["depth"]
        self.working_bytes_per_pixel = description["working_bytes_per_pixel"]
        self.compiles_shapes = description["jit_compile"]

    def __reduce__(self) -> tuple:
        return SavedModelRuntime, (self._path.absolute(),)

    def __call__(self, batch: Any) -> np.ndarray:
        batch = np.asarray(batch, np.float32)
        try:
            restored = self._restore(**{INPUT: tf.constant(batch)})[OUTPUT].numpy()
        except (tf.errors.InvalidArgumentError, tf.errors.NotFoundError) as error:
            said = shown(" ".join(str(error).split()), limit=200)
            raise InputError(f"{self._path}: this SavedModel fails on an image: {said}") from error
        if restored.shape != batch.shape:
            raise InputError(
                f"{self._path}: expected a SavedModel that restores images; for one of shape "
                f"{batch.shape} it gave {restored.shape}."
            )
        return restored


def _float_signature(loaded: Any, path: Path) -> Any:
    signature = getattr(loaded, "signatures", {}).get(SIGNATURES["float"])
    takes = signature.structured_input_signature[1] if signature else {}
    if signature is None or set(takes) != {INPUT} or OUTPUT not in signature.structured_outputs:
        raise InputError(
            f"{path}: expected a SavedModel with the signature {SIGNATURES['float']!r} from "
            f"{INPUT!r} to {OUTPUT!r}; make one with `tfdeblur export`."
        )
    return signature


def _description(path: Path) -> dict[str, Any]:
    file = path / DESCRIPTION
    if not file.exists():
        return _UNKNOWN_NETWORK
    try:
        description = {**_UNKNOWN_NETWORK, **json.loads(file.read_text(encoding="utf-8"))}
    except (TypeError, ValueError, RecursionError):
        description = {}
    if any(type(description.get(key)) is not type(one) for key, one in _UNKNOWN_NETWORK.items()):
        raise InputError(
            f"{file}: expected a JSON object as `tfdeblur export` writes it; export the network "
            "again."
        )
    return description
