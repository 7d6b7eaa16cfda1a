"""The stride-2 convolution of the DMPHN encoder."""

import keras
from keras import ops

from tfdeblur.layers.initializers import conv_initializer


@keras.saving.register_keras_serializable(package="tfdeblur")
class DownsamplingConv(keras.layers.Layer):
    """Convolution 3x3 with stride 2 that pads one line on every side.

    "same" padding of TensorFlow would pad an even-sized input on the bottom and
    right only. The authors' weights were trained with one line on every side
    (PyTorch's padding=1); under "same" the whole network output is wrong.

    Source: Zhang et al. 2019, Fig. 4; release `models.py`.

    Args:
      filters: number of output channels.
      initialisation: see `tfdeblur.layers.initializers`.

    Input shape:
      (batch, height, width, channels).
    Output shape:
      (batch, ceil(height / 2), ceil(width / 2), filters), linear.

    Example:
      >>> DownsamplingConv(64)(keras.ops.zeros((1, 8, 8, 32))).shape
      (1, 4, 4, 64)
    """

    def __init__(self, filters, initialisation="release", **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.initialisation = initialisation
        self.conv = keras.layers.Conv2D(
            filters,
            3,
            strides=2,
            kernel_initializer=conv_initializer(initialisation),
            name="conv",
        )

    def build(self, input_shape):
        # The convolution sees a padded input, so of this shape only the channels are its own.
        self.conv.build((None, None, None, input_shape[-1]))

    def call(self, x):
        return self.conv(ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))))

    def compute_output_shape(self, input_shape):
        batch, *sides, _ = input_shape
        return (batch, *(side and (side + 1) // 2 for side in sides), self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "initialisation": self.initialisation,
        }
