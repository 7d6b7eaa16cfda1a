"""The decoder of one DMPHN level."""

import keras

from tfdeblur.layers.initializers import conv_initializer, deconv_initializer
from tfdeblur.layers.residual_block import residual_blocks


@keras.saving.register_keras_serializable(package="tfdeblur")
class Decoder(keras.layers.Layer):
    """Decoder of one level: features back to an image of four times the size.

    Three stages of 128, 64 and 32 channels; each is two residual blocks followed
    by a linear convolution: transposed 4x4 with stride 2 between the stages,
    plain 3x3 to the image at the end. 939,843 parameters.

    Source: Zhang et al. 2019, Sec. 3.2, Fig. 4.
    Deviations: none from the release.

    Args:
      filters: channels of the stages, coarsest resolution first.
      blocks_per_stage: residual blocks before each stage's convolution; one number, or one
        for each stage.
      channels: channels of the decoded image.
      starts_at_zero: whether a new decoder gives zeros whatever the features, for
        networks that add its image to their input.
      initialisation: see `tfdeblur.layers.initializers`.

    Input shape:
      (batch, height, width, 128).
    Output shape:
      (batch, 4 height, 4 width, channels), linear: an image in [-0.5, 0.5] at
      the top level, a residual of one at the others.

    Example:
      >>> Decoder()(keras.ops.zeros((1, 4, 2, 128))).shape
      (1, 16, 8, 3)
    """

    def __init__(
        self,
        filters=(128, 64, 32),
        blocks_per_stage=2,
        channels=3,
        starts_at_zero=False,
        initialisation="release",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = tuple(filters)
        self.blocks_per_stage = blocks_per_stage
        self.channels = channels
        self.initialisation = initialisation
        self.starts_at_zero = starts_at_zero
        self.blocks = residual_blocks(self.filters, blocks_per_stage, initialisation)
        self.convs = [
            keras.layers.Conv2DTranspose(
                num_channels,
                4,
                strides=2,
                padding="same",
                kernel_initializer=deconv_initializer(initialisation),
                name=f"stage_{stage}_deconv",
            )
            for stage, num_channels in enumerate(self.filters[1:], start=1)
        ]
        self.convs.append(
            keras.layers.Conv2D(
                channels,
                3,
                padding="same",
                kernel_initializer=(
                    "zeros" if starts_at_zero else conv_initializer(initialisation)
                ),
                name=f"stage_{len(self.filters)}_conv",
            )
        )

    def build(self, input_shape):
        shape = tuple(input_shape)
        for blocks, conv in zip(self.blocks, self.convs, strict=True):
            for block in blocks:
                block.build(shape)
            conv.build(shape)
            shape = conv.compute_output_shape(shape)

    def call(self, features):
        x = features
        for blocks, conv in zip(self.blocks, self.convs, strict=True):
            for block in blocks:
                x = block(x)
            x = conv(x)
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
            "channels": self.channels,
            "initialisation": self.initialisation,
            "starts_at_zero": self.starts_at_zero,
        }
