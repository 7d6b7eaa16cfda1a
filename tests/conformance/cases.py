"""One case for every public layer and model: five lines that put it under every test here.

Imports no framework but Keras, so that the same cases run on each of its backends.
"""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np

from tfdeblur import layers, models


@dataclasses.dataclass(frozen=True)
class Case:
    """A layer or model and what must hold of it.

    Attributes:
      make: constructor without arguments.
      input_shape: (height, width, channels) of a small valid input.
      num_parameters: what the papers' tables or the layer's docstring say.
    """

    make: Callable[[], keras.layers.Layer]
    input_shape: tuple
    num_parameters: int

    @property
    def other_shape(self):
        """Another valid input shape, with other proportions."""
        height, width, channels = self.input_shape
        return 2 * height, 3 * width, channels

    def build(self):
        """The layer or model, built for inputs of any size."""
        return built(self.make(), self.input_shape[-1])

    def build_model(self):
        """As `build`, a layer wrapped into a model."""
        layer = self.build()
        if isinstance(layer, keras.Model):
            return layer
        inputs = keras.Input((None, None, self.input_shape[-1]))
        return keras.Model(inputs, layer(inputs))

    def images(self, shape=None, batch=2):
        """Reproducible inputs in [0, 1], of `input_shape` unless told otherwise."""
        rng = np.random.default_rng(len(self.input_shape) + self.num_parameters)
        return rng.random((batch, *(shape or self.input_shape)), dtype=np.float32)


def built(layer, channels=3):
    """A new layer or model, built, that depends on all its weights.

    A network that begins as the identity multiplies by zeros, which would hide what is before
    them; they become random numbers.
    """
    layer.build((None, None, None, channels))
    for variable in layer.trainable_variables:
        if variable.name != "bias" and not np.any(variable):
            variable.assign(keras.random.normal(variable.shape, stddev=0.1))
    return layer


CASES = {
    "residual_block": Case(
        make=lambda: layers.ResidualBlock(8),
        input_shape=(6, 5, 8),
        num_parameters=2 * (9 * 8 * 8 + 8),
    ),
    "downsampling_conv": Case(
        make=lambda: layers.DownsamplingConv(6),
        input_shape=(8, 6, 4),
        num_parameters=9 * 4 * 6 + 6,
    ),
    "encoder": Case(
        make=layers.Encoder,
        input_shape=(8, 12, 3),
        num_parameters=868_288,
    ),
    "decoder": Case(
        make=layers.Decoder,
        input_shape=(2, 3, 128),
        num_parameters=939_843,
    ),
    "conv_pair": Case(
        make=lambda: layers.ConvPair(8),
        input_shape=(6, 5, 8),
        num_parameters=2 * (9 * 8 * 8 + 8),
    ),
    "nested_module": Case(
        make=lambda: layers.NestedModule(8, units=3),
        input_shape=(6, 5, 8),
        num_parameters=6 * (9 * 8 * 8 + 8),
    ),
    "plain_module": Case(
        make=lambda: layers.PlainModule(8, units=2),
        input_shape=(6, 5, 8),
        num_parameters=4 * (9 * 8 * 8 + 8),
    ),
    "residual_module": Case(
        make=lambda: layers.ResidualModule(8, units=2),
        input_shape=(6, 5, 8),
        num_parameters=4 * (9 * 8 * 8 + 8),
    ),
    "dense_module": Case(
        make=lambda: layers.DenseModule(8, units=2),
        input_shape=(6, 5, 8),
        num_parameters=2 * (9 * (8 + 12) * 4 + 2 * 4),
    ),
    "dmphn_1_2_4": Case(
        make=lambda: models.DMPHN(levels=(1, 2, 4)),
        input_shape=(16, 8, 3),
        num_parameters=5_424_393,
    ),
    "dmphn_1_2_4_8_ws": Case(
        make=lambda: models.DMPHN(levels=(1, 2, 4, 8), weight_sharing=True),
        input_shape=(16, 8, 3),
        num_parameters=1_808_131,
    ),
    "stack2_dmphn": Case(
        make=lambda: models.Stack(models.DMPHN(levels=(1, 2)), num_units=2),
        input_shape=(8, 8, 3),
        num_parameters=2 * 3_616_262,
    ),
    "stack2_of_3_vmphn": Case(
        make=lambda: models.Stack(models.VMPHN(levels=(1, 2)), num_units=3, depth=2),
        input_shape=(8, 4, 3),
        num_parameters=2 * 7_232_524,
    ),
    "vmphn": Case(
        make=lambda: models.VMPHN(levels=(1, 2)),
        input_shape=(8, 4, 3),
        num_parameters=7_232_524,
    ),
    "dmsn_3": Case(
        make=lambda: models.DMSN(num_scales=3),
        input_shape=(16, 16, 3),
        num_parameters=3 * 1_808_131 + 2 * (9 * 3 * 32 + 16 * 3 * 3 + 3),
    ),
    "residual_unet": Case(
        make=lambda: models.ResidualUNet(
            filters=(8, 12), encoder_blocks=(1,), middle_blocks=1, decoder_blocks=(1,)
        ),
        input_shape=(8, 12, 3),
        # The first convolution, two blocks outside, one within, down, up, and the last convolution.
        num_parameters=(9 * 12 * 8 + 8)
        + 2 * 2 * (9 * 8 * 8 + 8)
        + 2 * (9 * 12 * 12 + 12)
        + (4 * 8 * 12 + 12)
        + 12 * 4 * 8
        + (9 * 8 * 12 + 12),
    ),
    # Narrow and shallow: the full PSS-NSC begins with outputs up to 1e9 (see
    # experiments/pss_nsc_initialisation.md), of which 1e-5 is less than float32 holds.
    "pss_nsc": Case(
        make=lambda: models.PSSNSC(units=1, filters=(8, 12, 16)),
        input_shape=(32, 16, 3),
        num_parameters=39_267,
    ),
    "pss_nsc_sharing": Case(
        make=lambda: models.PSSNSC(
            num_scales=2,
            units=1,
            transformation="plain",
            across_scales="all",
            within_stage=False,
            filters=(8, 12),
        ),
        input_shape=(16, 8, 1),
        num_parameters=17_781,
    ),
}
