"""The two convolutions that nested and residual modules are made of."""

import keras


@keras.saving.register_keras_serializable(package="tfdeblur")
class ConvPair(keras.layers.Layer):
    """conv3x3, ReLU, conv3x3: what a skip connection goes around, r_k of [Gao19] Eq. (2).

    Kernels start Xavier-uniform and biases at zero, which is Keras's default.

    Source: Gao et al. 2019, Eq. (2).
    Deviations: none.

    Args:
      filters: channels of the input and of the output.

    Input shape / Output shape:
      (batch, height, width, filters), any height and width.

    Example:
      >>> ConvPair(32)(keras.ops.zeros((1, 8, 8, 32))).shape
      (1, 8, 8, 32)
    """

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.conv_1 = keras.layers.Conv2D(
            filters, 3, padding="same", activation="relu", name="conv_1"
        )
        self.conv_2 = keras.layers.Conv2D(filters, 3, padding="same", name="conv_2")

    def build(self, input_shape):
        self.conv_1.build(input_shape)
        self.conv_2.build(input_shape)

    def call(self, x):
        return self.conv_2(self.conv_1(x))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}
