"""Networks as SavedModels, for TensorFlow without this package."""

import shutil
from pathlib import Path

import tensorflow as tf

from tfdeblur.ops.image_range import quantise, to_unit_range


def export_saved_model(model, path):
    """Writes a SavedModel with two signatures, both for any batch, height and width.

    "serving_default" takes uint8 images and gives uint8, rounded; "float" takes and
    gives float32 in [0, 1], not clipped. Both are (batch, height, width, 3), under the
    names "images" and "restored"; padding is inside.

    Args:
      model: a built `DeblurringModel`, on the TensorFlow backend.
      path: the folder to write; an older SavedModel there is replaced.
    """
    path = Path(path)
    unfinished = path.with_name(f".unfinished.{path.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    module = _Serving(model)
    signatures = {"serving_default": module.uint8, "float": module.unit_range}
    tf.saved_model.save(module, unfinished, signatures)
    shutil.rmtree(path, ignore_errors=True)
    unfinished.rename(path)


class _Serving(tf.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model
        # Keras's variables hide those of TensorFlow, which are what is saved.
        self.model_variables = [variable.value for variable in model.variables]

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.uint8, "images")])
    def uint8(self, images):
        restored = self.model.deblur(to_unit_range(images))
        return {"restored": quantise(restored)}

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3), tf.float32, "images")])
    def unit_range(self, images):
        return {"restored": tf.cast(self.model.deblur(images), tf.float32)}
