"""The encoder of one DMPHN level."""

import keras

from tfdeblur.layers.downsampling import DownsamplingConv
from tfdeblur.layers.initializers import conv_initializer
from tfdeblur.layers.residual_block import residual_blocks


@keras.saving.register_keras_serializable(package="tfdeblur")
class Encoder(keras.layers.Layer):
    """Encoder of one level: patches to features at a quarter of the size.

    Three stages of 32, 64 and 128 channels; each is a linear convolution (stride
    2 from the second on) followed by two residual blocks. 868,288 parameters.

    Source: Zhang et al. 2019, Sec. 3.2, Fig. 4.
    Deviations: none from the release; the release's layer numbers are kept in
      `tfdeblur.weights.importers.dmphn_release`.

    Args:
      filters: channels of the stages, finest resolution first.
      blocks_per_stage: residual blocks after each stage's convolution; one number, or one
        for each stage.
      initialisation: see `tfdeblur.layers.initializers`.

    Input shape:
      (batch, height, width, 3); height and width multiples of 4 in this
      network; values in [-0.5, 0.5] plus whatever residual was added.
    Output shape:
      (batch, height / 4, width / 4, 128).

    Example:
      >>> Encoder()(keras.ops.zeros((1, 16, 8, 3))).shape
      (1, 4, 2, 128)
    """

    def __init__(
        self, filters=(32, 64, 128), blocks_per_stage=2, initialisation="release", **kwargs
    ):
        super().__init__(**kwargs)
        self.filters = tuple(filters)
        self.blocks_per_stage = blocks_per_stage
        self.initialisation = initialisation
        self.convs = [
            _stage_conv(stage, num_channels, initialisation)
            for stage, num_channels in enumerate(self.filters, start=1)
        ]
        self.blocks = residual_blocks(self.filters, blocks_per_stage, initialisation)

    def build(self, input_shape):
        shape = tuple(input_shape)
        for conv, blocks in zip(self.convs, self.blocks, strict=True):
            conv.build(shape)
            shape = conv.compute_output_shape(shape)
            for block in blocks:
                block.build(shape)

    def call(self, patches):
        x = patches
        for conv, blocks in zip(self.convs, self.blocks, strict=True):
            x = conv(x)
            for block in blocks:
                x = block(x)
        return x

    def compute_output_shape(self, input_shape):
        shape = tuple(input_shape)
        for conv in self.convs:
            shape = conv.compute_output_shape(shape)
        return shape

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "blocks_per_stage": self.blocks_per_stage,
            "initialisation": self.initialisation,
        }


def _stage_conv(stage, num_channels, initialisation):
    name = f"stage_{stage}_conv"
    if stage > 1:
        return DownsamplingConv(num_channels, initialisation, name=name)
    return keras.layers.Conv2D(
        num_channels,
        3,
        padding="same",
        kernel_initializer=conv_initializer(initialisation),
        name=name,
    )
