"""The plain module that the nested module of PSS-NSC is compared with."""

import keras


@keras.saving.register_keras_serializable(package="tfdeblur")
class PlainModule(keras.layers.Layer):
    """Chain of 2 * units convolutions 3x3, each with ReLU and none with a skip connection.

    Source: Gao et al. 2019, Table 2, row "Plain".
    Deviations: a reading. The paper does not say where activations are; one
      after every convolution is taken, since two convolutions with nothing
      between them are one.

    Args:
      filters: channels of the input and of the output.
      units: half the number of convolutions, for the interface of the other modules.

    Input shape / Output shape:
      (batch, height, width, filters), any height and width; the output is at
      least 0.

    Example:
      >>> PlainModule(32)(keras.ops.zeros((1, 8, 8, 32))).shape
      (1, 8, 8, 32)
    """

    def __init__(self, filters, units=4, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.units = units
        self.convs = [
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv_{conv}")
            for conv in range(1, 2 * units + 1)
        ]

    def build(self, input_shape):
        for conv in self.convs:
            conv.build(input_shape)

    def call(self, x):
        for conv in self.convs:
            x = conv(x)
        return x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "units": self.units}
