"""The dense module that the nested module of PSS-NSC is compared with."""

import keras
from keras import ops

NUM_BLOCKS = 2


@keras.saving.register_keras_serializable(package="tfdeblur")
class DenseModule(keras.layers.Layer):
    """Two DenseBlocks of `units` convolutions each.

    Every convolution of a block (3x3, ReLU) sees the block's input and the
    outputs of all convolutions before it, and adds filters / units channels of
    its own. The block's output is those new channels side by side, so that the
    width is `filters` again without a further convolution.

    Source: Gao et al. 2019, Table 2, row "DenseBlock"; Huang et al. 2017.
    Deviations: a reading. The paper gives neither growth nor transition. With
      exactly 2 * units convolutions, a growth of filters / units keeps the
      width; the module has about a third of the nested module's parameters.

    Args:
      filters: channels of the input and of the output; a multiple of `units`.
      units: convolutions per block; 2 * units in all.

    Input shape / Output shape:
      (batch, height, width, filters), any height and width; the output is at
      least 0.

    Raises:
      ValueError: when `filters` is no multiple of `units`.

    Example:
      >>> DenseModule(32)(keras.ops.zeros((1, 8, 8, 32))).shape
      (1, 8, 8, 32)
    """

    def __init__(self, filters, units=4, **kwargs):
        super().__init__(**kwargs)
        if filters % units:
            raise ValueError(
                f"Received filters={filters} and units={units}; expected filters to be a "
                "multiple of units, so that every convolution adds the same number of channels."
            )
        self.filters = filters
        self.units = units
        self.blocks = [
            [
                keras.layers.Conv2D(
                    filters // units,
                    3,
                    padding="same",
                    activation="relu",
                    name=f"block_{block}_conv_{conv}",
                )
                for conv in range(1, units + 1)
            ]
            for block in range(1, NUM_BLOCKS + 1)
        ]

    def build(self, input_shape):
        *batch_and_sides, channels = input_shape
        for convs in self.blocks:
            for position, conv in enumerate(convs):
                conv.build((*batch_and_sides, channels + position * self.filters // self.units))

    def call(self, x):
        for convs in self.blocks:
            seen = [x]
            for conv in convs:
                seen.append(conv(ops.concatenate(seen, axis=-1)))
            x = ops.concatenate(seen[1:], axis=-1)
        return x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "units": self.units}
