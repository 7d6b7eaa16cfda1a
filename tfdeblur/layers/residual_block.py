"""The residual block of DMPHN."""

import keras

from tfdeblur.layers.initializers import conv_initializer


@keras.saving.register_keras_serializable(package="tfdeblur")
class ResidualBlock(keras.layers.Layer):
    """Residual block without normalisation.

    Computes x + conv3x3(ReLU(conv3x3(x))); nothing follows the addition, so a
    chain of blocks keeps a linear path from its input to its output.

    Source: Zhang et al. 2019, Sec. 3.2, Fig. 4; release `models.py`.

    Args:
      filters: number of channels of the input and of the output.

    Input shape / Output shape:
      (batch, height, width, filters), any height and width.

    Example:
      >>> ResidualBlock(32)(keras.ops.zeros((1, 8, 8, 32))).shape
      (1, 8, 8, 32)
    """

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.conv_1 = keras.layers.Conv2D(
            filters,
            3,
            padding="same",
            activation="relu",
            kernel_initializer=conv_initializer(),
            name="conv_1",
        )
        self.conv_2 = keras.layers.Conv2D(
            filters, 3, padding="same", kernel_initializer=conv_initializer(), name="conv_2"
        )

    def build(self, input_shape):
        self.conv_1.build(input_shape)
        self.conv_2.build(input_shape)

    def call(self, x):
        return x + self.conv_2(self.conv_1(x))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}
