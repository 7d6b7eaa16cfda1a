"""The project's own network: a U-Net of DMPHN's residual blocks, for training on processors."""

import keras
from keras import ops

from tfdeblur.layers.initializers import conv_initializer
from tfdeblur.layers.residual_block import residual_blocks
from tfdeblur.losses.charbonnier import Charbonnier
from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.ops.padding import check_multiple


@keras.saving.register_keras_serializable(package="tfdeblur")
class ResidualUNet(DeblurringModel):
    """Encoder and decoder of residual blocks at half the resolution and below.

    The image is folded into 12 channels at half its size (pixel unshuffle). Every stage of the
    encoder ends with a 2x2 convolution of stride 2; most blocks stand in the middle, at the
    coarsest stage, where a block costs least and sees most. The decoder doubles the size by a
    1x1 convolution and pixel shuffle, adds the features of the encoder's stage of that size, and
    a last convolution, which begins as zero, gives the difference from the blurred image. A new
    network is therefore the identity.

    All of it is plain 3x3 convolutions at even multiples of 32 channels, because those are what
    processors and GPUs are fastest at, in bfloat16 above all.

    Source: no paper. The shape is that of Ronneberger et al., U-Net, MICCAI 2015, with sums for
      concatenations; the block is that of Zhang et al. 2019, Fig. 4; pixel shuffle is from
      Shi et al., CVPR 2016.

    Args:
      filters: channels of the stages, at 1/2, 1/4, ... of the size.
      encoder_blocks: residual blocks of every stage but the last.
      middle_blocks: residual blocks of the last stage.
      decoder_blocks: residual blocks of every stage but the last, again in the order of `filters`.

    Input shape:
      (batch, height, width, 3), RGB float in [0, 1]; height and width multiples of
      2 ** len(filters).
    Output shape:
      A list of one tensor of the input's shape, in [0, 1], not clipped.

    Raises:
      ValueError: for block counts that do not fit the stages.

    Example:
      >>> [restored] = ResidualUNet()(keras.ops.zeros((1, 64, 64, 3)))
    """

    working_bytes_per_pixel = 300
    training_loss = Charbonnier()

    def __init__(
        self,
        filters=(32, 64, 128),
        encoder_blocks=(1, 2),
        middle_blocks=9,
        decoder_blocks=(1, 2),
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = tuple(filters)
        self.encoder_blocks = tuple(encoder_blocks)
        self.middle_blocks = middle_blocks
        self.decoder_blocks = tuple(decoder_blocks)
        self.first_conv = _conv(self.filters[0], 3, "first_conv")
        *outer, _ = self.filters
        self.encoder = residual_blocks(
            self.filters,
            (*self.encoder_blocks, middle_blocks),
            "variance_preserving",
            prefix="encoder_",
        )
        self.downs = [
            _conv(channels, 2, f"down_{stage}", strides=2)
            for stage, channels in enumerate(self.filters[1:], start=1)
        ]
        self.ups = [
            _conv(4 * channels, 1, f"up_{stage}", use_bias=False)
            for stage, channels in enumerate(outer, start=1)
        ]
        self.decoder = residual_blocks(
            outer, self.decoder_blocks, "variance_preserving", prefix="decoder_"
        )
        self.last_conv = keras.layers.Conv2D(
            12, 3, padding="same", kernel_initializer="zeros", name="last_conv"
        )

    @property
    def size_multiple(self):
        return (2 ** len(self.filters),) * 2

    def build(self, input_shape):
        del input_shape  # any size, and always RGB
        channels = self.filters
        self.first_conv.build((None, None, None, 12))
        for stage, blocks in enumerate(self.encoder):
            for block in blocks:
                block.build((None, None, None, channels[stage]))
        for stage, (down, up) in enumerate(zip(self.downs, self.ups, strict=True)):
            down.build((None, None, None, channels[stage]))
            up.build((None, None, None, channels[stage + 1]))
            for block in self.decoder[stage]:
                block.build((None, None, None, channels[stage]))
        self.last_conv.build((None, None, None, channels[0]))

    def call(self, blur):
        check_multiple(blur, self.size_multiple)
        x = self.first_conv(ops.space_to_depth(blur, 2))  # (b, h, w, 3) -> (b, h/2, w/2, c)
        skips = []
        for stage, blocks in enumerate(self.encoder):
            for block in blocks:
                x = block(x)
            if stage < len(self.downs):
                skips.append(x)
                x = self.downs[stage](x)  # (b, h, w, c) -> (b, h/2, w/2, c')
        for stage in reversed(range(len(self.ups))):
            x = ops.depth_to_space(self.ups[stage](x), 2) + skips[stage]
            for block in self.decoder[stage]:
                x = block(x)
        return [blur + ops.depth_to_space(self.last_conv(x), 2)]

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "encoder_blocks": self.encoder_blocks,
            "middle_blocks": self.middle_blocks,
            "decoder_blocks": self.decoder_blocks,
        }


def _conv(filters, size, name, **kwargs):
    return keras.layers.Conv2D(
        filters,
        size,
        padding="same",
        kernel_initializer=conv_initializer("variance_preserving"),
        name=name,
        **kwargs,
    )
