"""The two functions that every exported network is made of."""

import keras
import tensorflow as tf

from tfdeblur.errors import InputError
from tfdeblur.ops.image_range import quantise, to_unit_range

# Names of the one input and the one output, in every format.
INPUT, OUTPUT = "images", "restored"

# What may go in: images as files hold them, or as networks see them.


class Signatures(tf.Module):
    """A network as TensorFlow functions of any batch size, height and width.

    Attributes:
      uint8: (batch, height, width, 3) uint8 -> {"restored": the same}, clipped and rounded.
      float: (batch, height, width, 3) float32 in [0, 1] -> {"restored": the same}, not
        clipped.

    Padding and cropping are inside. Heights and widths must be at least 2.

    Args:
      model: a built `DeblurringModel`, on the TensorFlow backend.
      depth: for stacks, how many units to run; None is all that were built.
      jit_compile: whether XLA compiles the functions, for every new shape anew.
      float16: whether weights are held in 16 bits. They are cast to float32 before
        they are used, so that sizes halve and the arithmetic stays.
    """

    def __init__(self, model, depth=None, jit_compile=False, float16=False):
        super().__init__(name="tfdeblur")
        check_backend()
        # Keras's variables hide those of TensorFlow, which are what is saved.
        self.weights = [
            tf.Variable(tf.cast(variable.value, tf.float16), trainable=False, name="weights")
            if float16
            else variable.value
            for variable in model.variables
        ]

        def deblur(blur):
            if not float16:
                return model.deblur(blur, depth)
            values = [tf.cast(weights, tf.float32) for weights in self.weights]
            with keras.StatelessScope(zip(model.variables, values, strict=True)):
                return model.deblur(blur, depth)

        def of_uint8(images):
            return {OUTPUT: quantise(deblur(to_unit_range(images)))}

        def of_float(images):
            return {OUTPUT: tf.cast(deblur(images), tf.float32)}

        self.uint8 = _function(of_uint8, tf.uint8, jit_compile)
        self.float = _function(of_float, tf.float32, jit_compile)

    def of(self, input_type):
        """The function for one of `tfdeblur.choices.INPUT_TYPES`."""
        return {"uint8": self.uint8, "float": self.float}[input_type]


def check_backend():
    """Raises InputError unless Keras runs on TensorFlow, whose graphs are what is exported."""
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise InputError(
            f"Received KERAS_BACKEND={backend}; expected tensorflow. Weight files are the same on "
            "both, so export with it and run on what you like."
        )


def _function(function, dtype, jit_compile):
    signature = [tf.TensorSpec((None, None, None, 3), dtype, INPUT)]
    # None, not False: a function that refuses compilation could not be part of a compiled one.
    return tf.function(
        function, input_signature=signature, autograph=False, jit_compile=jit_compile or None
    )
