"""Networks as SavedModels, for TensorFlow without this package."""

import json
from pathlib import Path

import tensorflow as tf

from tfdeblur.errors import InputError
from tfdeblur.exporting.signatures import INPUT, OUTPUT, Signatures
from tfdeblur.system.atomic_write import atomic_folder

# By input type; the first name is what TensorFlow Serving runs where a request names none.
SIGNATURES = {"uint8": "serving_default", "float": "float"}

# Where TensorFlow keeps what is not its own.
DESCRIPTION = Path("assets.extra") / "tfdeblur.json"


def export_saved_model(model, path, depth=None, float16=False, jit_compile=False):
    """Writes a SavedModel with two signatures, both for any batch, height and width.

    "serving_default" takes uint8 images and gives uint8, rounded; "float" takes and
    gives float32 in [0, 1], not clipped. Both are (batch, height, width, 3), under the
    names "images" and "restored"; padding is inside. Its `DESCRIPTION` tells
    `SavedModelRuntime` what the network is.

    Args:
      model: a built `DeblurringModel`, on the TensorFlow backend.
      path: the folder to write; an older SavedModel there is replaced as a whole.
      depth: for stacks, how many units to run; None is all that were built.
      float16: whether weights are held in 16 bits, for half the size.
      jit_compile: whether XLA compiles both signatures wherever they run, for every
        new shape anew.

    Raises:
      InputError: when `path` is something else than a SavedModel, which stays as it is,
        or Keras runs on another backend.
    """
    path = Path(path)
    check_replaceable(path)
    signatures = Signatures(model, depth, jit_compile, float16)
    with atomic_folder(path) as unfinished:
        tf.saved_model.save(
            signatures,
            unfinished,
            {name: signatures.of(input_type) for input_type, name in SIGNATURES.items()},
        )
        description = unfinished / DESCRIPTION
        description.parent.mkdir()
        facts = {
            "name": model.name,
            "num_units": model.num_units,
            "depth": model.depth if depth is None else depth,
            "working_bytes_per_pixel": model.working_bytes_per_pixel,
            "jit_compile": jit_compile,
        }
        description.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def load_saved_model(path):
    """What a SavedModel computes: {input type: function from NumPy array to NumPy array}."""
    loaded = tf.saved_model.load(str(path))

    def function(name):
        # A signature does not keep alive the object that holds its weights.
        return lambda images: loaded.signatures[name](**{INPUT: tf.constant(images)})[
            OUTPUT
        ].numpy()

    return {input_type: function(name) for input_type, name in SIGNATURES.items()}


def check_replaceable(path):
    """Raises InputError where `path` holds something that is no SavedModel."""
    if not path.exists():
        return
    if not (path / "saved_model.pb").is_file():
        raise InputError(
            f"{path}: exists and is no SavedModel, so it is not replaced; name another folder."
        )
