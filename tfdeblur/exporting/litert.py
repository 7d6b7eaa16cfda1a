"""Networks as LiteRT files (formerly TensorFlow Lite), for phones and small machines."""

import tensorflow as tf

from tfdeblur.exporting.signatures import INPUT, OUTPUT, Signatures
from tfdeblur.system.atomic_write import atomic_write
from tfdeblur.system.extras import require_extra
from tfdeblur.system.processors import num_processors


def export_litert(model, path, depth=None, input_type="float", float16=False):
    """Writes a LiteRT file for any batch size, height and width, whole or not at all.

    Its input "images" and its output "restored" are (batch, height, width, 3), both uint8
    or both float32 in [0, 1], of which the output is not clipped; padding is inside. The
    file has built-in operations only. An interpreter begins with one pixel: resize the
    input to the images before tensors are allocated.

    Args:
      model: a built `DeblurringModel`, on the TensorFlow backend.
      path: the file to write; an older one is replaced.
      depth: for stacks, how many units to run; None is all that were built.
      input_type: "uint8" or "float".
      float16: whether weights are stored in 16 bits. On CPU they are cast to float32;
        GPUs may compute in 16 bits.

    Raises:
      InputError: when Keras runs on another backend.
    """
    signatures = Signatures(model, depth)
    function = signatures.of(input_type).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], signatures)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if float16:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
    content = converter.convert()
    with atomic_write(path) as unfinished:
        unfinished.write_bytes(content)


def load_litert(path):
    """What a LiteRT file computes: {input type: function from NumPy array to NumPy array}."""
    require_litert()
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=num_processors())
    run = interpreter.get_signature_runner()
    dtype = run.get_input_details()[INPUT]["dtype"]
    input_type = "uint8" if dtype == tf.uint8.as_numpy_dtype else "float"
    return {input_type: lambda images: run(**{INPUT: images})[OUTPUT]}


def require_litert():
    """Raises InputError unless what `load_litert` needs is installed."""
    require_extra("litert", ("ai_edge_litert",), "LiteRT")
