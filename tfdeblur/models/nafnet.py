"""NAFNet: a U-Net of gated blocks that need no activation function.

Reference: L. Chen, X. Chu, X. Zhang, J. Sun, "Simple Baselines for Image Restoration", ECCV
2022. Local pooling: X. Chu, L. Chen, C. Chen, X. Lu, "Improving Image Restoration by Revisiting
Global Information Aggregation" (TLC), ECCV 2022.
"""

import keras
from keras import ops

from tfdeblur.layers.nafnet_block import NAFBlock
from tfdeblur.losses import NegativePSNR
from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.ops.padding import check_multiple

# The release takes means over windows of 1.5 times its training crops of 256x256.
LOCAL_WINDOW = 384


@keras.saving.register_keras_serializable(package="tfdeblur")
class NAFNet(DeblurringModel):
    """Nonlinear activation free network.

    A 3x3 convolution to `width` channels; stages of `NAFBlock`, each followed by a 2x2
    convolution of stride 2 that doubles the channels; blocks in the middle; and upwards a 1x1
    convolution with pixel shuffle, the encoder's features of the same size added, and blocks
    again. A last 3x3 convolution gives the difference from the blurred image.

    Source: Chen et al. 2022, Sec. 3 and 5, Fig. 2c; release megvii-research/NAFNet.
    Deviations: none. The release pads with zeros at the bottom and right, and so does `deblur`.

    Args:
      width: channels of the first stage.
      encoder_blocks: blocks of every stage on the way down.
      middle_blocks: blocks between.
      decoder_blocks: blocks of every stage on the way up, coarsest first.
      local_pooling: whether channel attention averages over windows that are 384 pixels wide
        at full size, as the release does on whole images of GoPro and REDS; otherwise over
        the whole image, as it is trained on crops. The weights are the same.

    Input shape:
      (batch, height, width, 3), RGB float in [0, 1]; height and width multiples of
      2 ** len(encoder_blocks).
    Output shape:
      A list of one tensor of the input's shape, in [0, 1], not clipped.

    Raises:
      ValueError: when encoder and decoder differ in the number of stages.

    Example:
      >>> [restored] = NAFNet(width=8)(keras.ops.zeros((1, 64, 64, 3)))
    """

    padding_mode = "constant"
    training_loss = NegativePSNR()

    def __init__(
        self,
        width=32,
        encoder_blocks=(1, 1, 1, 28),
        middle_blocks=1,
        decoder_blocks=(1, 1, 1, 1),
        local_pooling=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if len(encoder_blocks) != len(decoder_blocks):
            raise ValueError(
                f"Received encoder_blocks={tuple(encoder_blocks)} and "
                f"decoder_blocks={tuple(decoder_blocks)}; expected as many stages in both."
            )
        self.width = width
        self.encoder_blocks = tuple(encoder_blocks)
        self.middle_blocks = middle_blocks
        self.decoder_blocks = tuple(decoder_blocks)
        self.local_pooling = local_pooling
        stages = range(len(self.encoder_blocks))
        self.intro = keras.layers.Conv2D(width, 3, padding="same", name="intro")
        self.encoders = [
            self._blocks(stage, self.encoder_blocks[stage], f"encoder_{stage + 1}")
            for stage in stages
        ]
        self.downs = [
            keras.layers.Conv2D(width * 2 ** (stage + 1), 2, strides=2, name=f"down_{stage + 1}")
            for stage in stages
        ]
        self.middle = self._blocks(len(stages), middle_blocks, "middle")
        # From the coarsest stage up.
        self.ups = [
            keras.layers.Conv2D(width * 2 ** (stage + 2), 1, use_bias=False, name=f"up_{stage + 1}")
            for stage in reversed(stages)
        ]
        self.decoders = [
            self._blocks(stage, num_blocks, f"decoder_{stage + 1}")
            for stage, num_blocks in zip(reversed(stages), self.decoder_blocks, strict=True)
        ]
        self.ending = keras.layers.Conv2D(3, 3, padding="same", name="ending")

    def _blocks(self, stage, num_blocks, name):
        window = LOCAL_WINDOW // 2**stage if self.local_pooling else None
        return [
            NAFBlock(self.width * 2**stage, window, name=f"{name}_block_{number}")
            for number in range(1, num_blocks + 1)
        ]

    @property
    def size_multiple(self):
        return (2 ** len(self.encoder_blocks),) * 2

    def build(self, input_shape):
        del input_shape  # any size, and always RGB
        num_stages = len(self.encoder_blocks)
        channels = [self.width * 2**stage for stage in range(num_stages + 1)]
        self.intro.build((None, None, None, 3))
        for stage in range(num_stages):
            _build_all(self.encoders[stage], channels[stage])
            _build_all([self.downs[stage]], channels[stage])
        _build_all(self.middle, channels[-1])
        for up, blocks, stage in zip(
            self.ups, self.decoders, reversed(range(num_stages)), strict=True
        ):
            _build_all([up], channels[stage + 1])
            _build_all(blocks, channels[stage])
        _build_all([self.ending], self.width)

    def call(self, blur):
        check_multiple(blur, self.size_multiple)
        x = self.intro(blur)
        skips = []
        for blocks, down in zip(self.encoders, self.downs, strict=True):
            x = _through(blocks, x)
            skips.append(x)
            x = down(x)  # (b, h, w, c) -> (b, h/2, w/2, 2c)
        x = _through(self.middle, x)
        for up, blocks, skip in zip(self.ups, self.decoders, reversed(skips), strict=True):
            x = ops.depth_to_space(up(x), 2) + skip  # (b, h, w, 2c) -> (b, 2h, 2w, c)
            x = _through(blocks, x)
        return [blur + self.ending(x)]

    def get_config(self):
        return {
            **super().get_config(),
            "width": self.width,
            "encoder_blocks": self.encoder_blocks,
            "middle_blocks": self.middle_blocks,
            "decoder_blocks": self.decoder_blocks,
            "local_pooling": self.local_pooling,
        }


def _build_all(layers, channels):
    for layer in layers:
        layer.build((None, None, None, channels))


def _through(blocks, x):
    for block in blocks:
        x = block(x)
    return x
