"""The multi-scale baseline that [Zhang19] compares its multi-patch networks with."""

import keras
from keras import ops

from tfdeblur.layers import Decoder, Encoder
from tfdeblur.layers.initializers import deconv_initializer
from tfdeblur.losses import MultiScaleMSE
from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.models.dmphn import MEAN_VALUE
from tfdeblur.ops.padding import check_multiple
from tfdeblur.ops.pyramid import averaged_pyramid, upsample_x2_centred


@keras.saving.register_keras_serializable(package="tfdeblur")
class DMSN(DeblurringModel):
    """Deep multi-scale network: DMPHN's encoder and decoder on an image pyramid.

    With x_s the shifted input at scale s (s = 1 is the coarsest, each scale has
    twice the size of the one before), U_s a learned 4x4 deconvolution with stride
    2 and [a, b] concatenation along the channels:

        output_1 = D_1(E_1(x_1))
        output_s = D_s(E_s([x_s, U_s(output_{s-1})]))      for s > 1

    Every scale has its own weights and every output is trained towards the sharp
    image at its scale. DMSN(1) is DMPHN(1).

    Source: Zhang et al. 2019, Sec. 4.2, Table 2; the pyramid scheme of Nah et al.,
      "Deep Multi-scale Convolutional Neural Network for Dynamic Scene Deblurring",
      CVPR 2017, Sec. 3.
    Deviations: not in the release; the wiring is a reading. The pyramid halves
      by averaging 2x2 pixels.

    The arguments after the number of scales are not the paper's. They make light networks
    that gain something after hours on a processor: with `global_skip` every scale learns what
    is to be added to x_s and to what the coarser scale has added to its own image,

        start_s  = x_s + up(output_{s-1} - x_{s-1}),   start_1 = x_1
        output_s = start_s + D_s(E_s([x_s, start_s])),

    "up" the doubling of `upsample_x2_centred`. A new network is the identity then.

    Args:
      num_scales: number of scales.
      filters: channels of an encoder's stages, finest resolution first; or, coarsest scale
        first, such a tuple for each scale. With `global_skip`, the finest scales may be
        without any; they have no encoder and decoder, and output_s is start_s.
      blocks_per_stage: residual blocks per stage; or for each scale a number for each stage.
      global_skip: whether every scale begins with its image; see above.
      initialisation: of new weights, see `tfdeblur.layers.initializers`.

    Input shape:
      (batch, height, width, 3), RGB float in [0, 1]; height and width multiples of
      `size_multiple`, which is 4 * 2 ** (num_scales - 1) for the paper's filters.
    Output shape:
      A list of num_scales tensors, coarse to fine, each twice the size of the one
      before, the last of the input's shape; in [0, 1], not clipped.

    Example:
      >>> half, full = DMSN(num_scales=2)(keras.ops.zeros((1, 64, 64, 3)))
    """

    training_loss = MultiScaleMSE(averaged_pyramid)

    def __init__(
        self,
        num_scales=3,
        filters=(32, 64, 128),
        blocks_per_stage=2,
        global_skip=False,
        initialisation="release",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if num_scales < 1:
            raise ValueError(f"Received num_scales={num_scales}; expected at least 1.")
        self.num_scales = num_scales
        self.filters = _as_tuples(filters)
        self.blocks_per_stage = _as_tuples(blocks_per_stage)
        self.global_skip = global_skip
        self.initialisation = initialisation
        self.filters_of_scale = _of_each_scale("filters", self.filters, num_scales)
        blocks_of_scale = _of_each_scale("blocks_per_stage", self.blocks_per_stage, num_scales)
        num_networks = sum(map(bool, self.filters_of_scale))
        if not all(self.filters_of_scale[:num_networks]) or num_networks < (
            1 if global_skip else num_scales
        ):
            raise ValueError(
                f"Received filters={filters}; expected some for every scale, or with global_skip "
                "for the coarser ones at least."
            )
        settings = list(zip(self.filters_of_scale, blocks_of_scale, strict=True))[:num_networks]
        self.encoders = [
            Encoder(channels, blocks, initialisation, name=f"encoder_scale_{i}")
            for i, (channels, blocks) in enumerate(settings, start=1)
        ]
        self.decoders = [
            Decoder(
                channels[::-1],
                blocks if isinstance(blocks, int) else blocks[::-1],
                starts_at_zero=global_skip,
                initialisation=initialisation,
                name=f"decoder_scale_{i}",
            )
            for i, (channels, blocks) in enumerate(settings, start=1)
        ]
        self.upsamplers = [
            keras.layers.Conv2DTranspose(
                3,
                4,
                strides=2,
                padding="same",
                kernel_initializer=deconv_initializer(initialisation),
                name=f"upsampler_scale_{i}",
            )
            for i in (() if global_skip else range(2, num_scales + 1))
        ]

    @property
    def num_outputs(self):
        return self.num_scales

    @property
    def size_multiple(self):
        # An encoder halves its scale's image once less than it has stages.
        halvings = (
            self.num_scales - scale + max(0, len(channels) - 1)
            for scale, channels in enumerate(self.filters_of_scale, start=1)
        )
        multiple = 2 ** max(halvings)
        return multiple, multiple

    def build(self, input_shape):
        *sides, channels = input_shape
        for scale, (encoder, decoder) in enumerate(zip(self.encoders, self.decoders, strict=True)):
            # Beyond the coarsest scale the upsampled image is concatenated.
            shape = (*sides, channels if scale == 0 else 2 * channels)
            encoder.build(shape)
            decoder.build(encoder.compute_output_shape(shape))
        for upsampler in self.upsamplers:
            upsampler.build(input_shape)

    def call(self, blur):
        check_multiple(blur, self.size_multiple)
        pyramid = averaged_pyramid(blur - MEAN_VALUE, self.num_scales)
        start = pyramid[0]
        outputs = [self._restored(0, start, start)]
        for scale in range(1, self.num_scales):
            if self.global_skip:
                difference = outputs[-1] - pyramid[scale - 1]
                start = pyramid[scale] + upsample_x2_centred(difference)
            else:
                start = self.upsamplers[scale - 1](outputs[-1])
            # (b, h, w, 3) + (b, h, w, 3) -> (b, h, w, 6)
            scale_input = ops.concatenate([pyramid[scale], start], axis=-1)
            outputs.append(self._restored(scale, scale_input, start))
        return [output + MEAN_VALUE for output in outputs]

    def _restored(self, scale, scale_input, start):
        if not self.filters_of_scale[scale]:
            return start
        decoded = self.decoders[scale](self.encoders[scale](scale_input))
        return start + decoded if self.global_skip else decoded

    def get_config(self):
        return {
            **super().get_config(),
            "num_scales": self.num_scales,
            "filters": self.filters,
            "blocks_per_stage": self.blocks_per_stage,
            "global_skip": self.global_skip,
            "initialisation": self.initialisation,
        }


def _as_tuples(value):
    return value if isinstance(value, int) else tuple(map(_as_tuples, value))


def _of_each_scale(name, value, num_scales):
    """`value` for every scale, unless it holds one for each."""
    if isinstance(value, int) or not any(isinstance(item, tuple) for item in value):
        return (value,) * num_scales
    if len(value) != num_scales:
        raise ValueError(f"Received {name}={value}; expected one for each of {num_scales} scales.")
    return value
