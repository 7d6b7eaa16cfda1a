"""The transformation module of PSS-NSC."""

import keras

from tfdeblur.layers.conv_pair import ConvPair


@keras.saving.register_keras_serializable(package="tfdeblur")
class NestedModule(keras.layers.Layer):
    """Nested skip connections: every unit sees the sum of all that came before it.

    With r_k = conv3x3, ReLU, conv3x3:

        n_1 = r_1(x),  n_2 = r_2(x + n_1),  n_3 = r_3(x + n_1 + n_2),  ...
        output = x + n_1 + n_2 + ... + n_units

    The sums are kept as one running value, in the order of the release.

    Source: Gao et al. 2019, Eqs. (2)-(4).
    Deviations: four units as in the release; the paper's parameter counts are
      those of three (`experiments/pss_nsc_parameter_counts.md`). Written out,
      the equations are a chain of residual blocks without activation after the
      addition; the "ResBlock" the paper compares with is therefore read as the
      original one with it, `ResidualModule`.

    Args:
      filters: channels of the input and of the output.
      units: the order of the nesting; 2 * units convolutions.

    Input shape / Output shape:
      (batch, height, width, filters), any height and width.

    Example:
      >>> NestedModule(32)(keras.ops.zeros((1, 8, 8, 32))).shape
      (1, 8, 8, 32)
    """

    def __init__(self, filters, units=4, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.units = units
        self.pairs = [ConvPair(filters, name=f"unit_{unit}") for unit in range(1, units + 1)]

    def build(self, input_shape):
        for pair in self.pairs:
            pair.build(input_shape)

    def call(self, x):
        for pair in self.pairs:
            x = x + pair(x)
        return x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "units": self.units}
