"""The residual module that the nested module of PSS-NSC is compared with."""

import keras
from keras import ops

from tfdeblur.layers.conv_pair import ConvPair


@keras.saving.register_keras_serializable(package="tfdeblur")
class ResidualModule(keras.layers.Layer):
    """Chain of `units` residual blocks, each ReLU(x + conv3x3(ReLU(conv3x3(x)))).

    Source: Gao et al. 2019, Table 2, row "ResBlock"; He et al. 2016, Fig. 2.
    Deviations: a reading. The paper does not draw the block. Without the ReLU
      after the addition the module would equal `NestedModule` and the two rows
      of the table could not differ, so the block of He et al. is taken, ReLU
      included and batch normalisation left out as everywhere in this network.

    Args:
      filters: channels of the input and of the output.
      units: number of blocks; 2 * units convolutions.

    Input shape / Output shape:
      (batch, height, width, filters), any height and width; the output is at
      least 0.

    Example:
      >>> ResidualModule(32)(keras.ops.zeros((1, 8, 8, 32))).shape
      (1, 8, 8, 32)
    """

    def __init__(self, filters, units=4, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.units = units
        self.pairs = [ConvPair(filters, name=f"block_{unit}") for unit in range(1, units + 1)]

    def build(self, input_shape):
        for pair in self.pairs:
            pair.build(input_shape)

    def call(self, x):
        for pair in self.pairs:
            x = ops.relu(x + pair(x))
        return x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "units": self.units}
