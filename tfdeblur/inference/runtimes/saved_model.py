"""Runs an exported SavedModel with plain TensorFlow."""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfdeblur.errors import InputError
from tfdeblur.exporting.saved_model import DESCRIPTION, SIGNATURES
from tfdeblur.exporting.signatures import INPUT, OUTPUT
from tfdeblur.inference.runtimes.runtime import Runtime


class SavedModelRuntime(Runtime):
    """A network from a folder that `tfdeblur export` wrote, without its Keras model.

    Args:
      path: the folder. Also a SavedModel from elsewhere will do, if it has the signature
        "float" of `export_saved_model`.

    Raises:
      InputError: when `path` is no SavedModel or has no such signature.
    """

    name = "saved_model"

    def __init__(self, path):
        path = Path(path)
        if not (path / "saved_model.pb").is_file():
            raise InputError(
                f"{path}: no SavedModel (a folder with saved_model.pb); make one with "
                "`tfdeblur export`."
            )
        try:
            # Kept, because a signature does not keep alive what holds its weights.
            self._loaded = tf.saved_model.load(str(path))
        except Exception as error:  # TensorFlow raises many kinds for damaged files
            said = " ".join(str(error).split())[:200]
            raise InputError(f"{path}: TensorFlow cannot load this SavedModel: {said}") from error
        self._restore = _float_signature(self._loaded, path)
        description = _description(path)
        self.num_units = description.get("num_units", 1)
        self.depth = description.get("depth", 1)
        # Unknown networks are taken to need what the largest of ours need.
        self.working_bytes_per_pixel = description.get("working_bytes_per_pixel", 900)
        self.compiles_shapes = description.get("jit_compile", False)

    def __call__(self, batch):
        return self._restore(**{INPUT: tf.constant(np.asarray(batch, np.float32))})[OUTPUT].numpy()


def _float_signature(loaded, path):
    signature = getattr(loaded, "signatures", {}).get(SIGNATURES["float"])
    takes = signature.structured_input_signature[1] if signature else {}
    if signature is None or set(takes) != {INPUT} or OUTPUT not in signature.structured_outputs:
        raise InputError(
            f"{path}: expected a SavedModel with the signature {SIGNATURES['float']!r} from "
            f"{INPUT!r} to {OUTPUT!r}; make one with `tfdeblur export`."
        )
    return signature


def _description(path):
    file = path / DESCRIPTION
    if not file.exists():
        return {}
    try:
        description = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        description = None
    if not isinstance(description, dict):
        raise InputError(f"{file}: expected a JSON object; export the network again.")
    return description
