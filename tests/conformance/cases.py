"""One case for every public layer and model: five lines that put it under every test here.

Imports no framework but Keras, so that the same cases run on each of its backends.
"""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np

from tests.support.networks import FAMILIES, randomize_weights
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

    def build(self, seed=0):
        """The layer or model, built for inputs of any size, with random weights."""
        layer = self.make()
        layer.build((None, None, None, self.input_shape[-1]))
        return randomize_weights(layer, seed)

    def build_model(self, seed=0):
        """As `build`, a layer wrapped into a model."""
        layer = self.build(seed)
        if isinstance(layer, keras.Model):
            return layer
        inputs = keras.Input((None, None, self.input_shape[-1]))
        return keras.Model(inputs, layer(inputs))

    def images(self, shape=None, batch=2):
        """Reproducible inputs in [0, 1], of `input_shape` unless told otherwise."""
        rng = np.random.default_rng(len(self.input_shape) + self.num_parameters)
        return rng.random((batch, *(shape or self.input_shape)), dtype=np.float32)


# Encoder: an input convolution, two strided ones, a block of two at each of three stages; decoder:
# the blocks again, two 4x4 deconvolutions and a last convolution to RGB.
TINY_LEVEL = (
    (9 * 3 * 4 + 4)
    + 2 * (9 * 4 * 4 + 4)
    + 2 * 6 * (9 * 4 * 4 + 4)
    + 2 * (16 * 4 * 4 + 4)
    + (9 * 4 * 3 + 3)
)

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
    "naf_block": Case(
        make=lambda: layers.NAFBlock(8),
        input_shape=(6, 5, 8),
        num_parameters=7 * 8 * 8 + 33 * 8,
    ),
    "dmphn": Case(
        make=FAMILIES["dmphn"],
        input_shape=(16, 8, 3),
        num_parameters=2 * TINY_LEVEL,
    ),
    "dmphn_ws": Case(
        make=FAMILIES["dmphn_ws"],
        input_shape=(16, 8, 3),
        num_parameters=TINY_LEVEL,
    ),
    "stack": Case(
        make=FAMILIES["stack"],
        input_shape=(8, 8, 3),
        num_parameters=2 * 2 * TINY_LEVEL,
    ),
    "first_2_of_a_stack_of_3": Case(
        make=lambda: models.Stack(FAMILIES["dmphn_ws"](), num_units=3, depth=2),
        input_shape=(8, 8, 3),
        num_parameters=2 * TINY_LEVEL,
    ),
    "vmphn": Case(
        make=FAMILIES["vmphn"],
        input_shape=(8, 4, 3),
        num_parameters=4 * (868_288 + 939_843),
    ),
    "dmsn": Case(
        make=FAMILIES["dmsn"],
        input_shape=(16, 16, 3),
        num_parameters=2 * TINY_LEVEL + 9 * 3 * 4 + 16 * 3 * 3 + 3,
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
    "nafnet": Case(
        make=FAMILIES["nafnet_local"],
        input_shape=(6, 8, 3),
        num_parameters=(9 * 3 * 4 + 4)
        + 2 * (7 * 4 * 4 + 33 * 4)
        + (7 * 8 * 8 + 33 * 8)
        + (4 * 4 * 8 + 8)
        + 8 * 16
        + (9 * 4 * 3 + 3),
    ),
    # First convolution, three blocks, down, up, last convolution.
    "residual_unet": Case(
        make=FAMILIES["residual_unet"],
        input_shape=(8, 8, 3),
        num_parameters=(9 * 12 * 4 + 4)
        + 2 * (2 * (9 * 4 * 4 + 4))
        + 2 * (9 * 6 * 6 + 6)
        + (4 * 4 * 6 + 6)
        + 6 * 16
        + (9 * 4 * 12 + 12),
    ),
}


def write_outputs(file):
    """Writes what all cases make of their images, as "case/index"."""
    outputs = {
        f"{name}/{i}": keras.ops.convert_to_numpy(output)
        for name, case in CASES.items()
        for i, output in enumerate(keras.tree.flatten(case.build()(case.images())))
    }
    np.savez(file, **outputs)
