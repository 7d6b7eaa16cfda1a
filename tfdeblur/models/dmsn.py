"""The multi-scale baseline that [Zhang19] compares its multi-patch networks with."""

import keras
from keras import ops

from tfdeblur.layers import Decoder, Encoder
from tfdeblur.layers.initializers import deconv_initializer
from tfdeblur.losses import MultiScaleMSE
from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.models.dmphn import ENCODER_STRIDE, MEAN_VALUE
from tfdeblur.ops.padding import check_multiple
from tfdeblur.ops.pyramid import averaged_pyramid


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

    Args:
      num_scales: number of scales.

    Input shape:
      (batch, height, width, 3), RGB float in [0, 1]; height and width multiples
      of 4 * 2 ** (num_scales - 1).
    Output shape:
      A list of num_scales tensors, coarse to fine, each twice the size of the one
      before, the last of the input's shape; in [0, 1], not clipped.

    Example:
      >>> half, full = DMSN(num_scales=2)(keras.ops.zeros((1, 64, 64, 3)))
    """

    training_loss = MultiScaleMSE(averaged_pyramid)

    def __init__(self, num_scales=3, **kwargs):
        super().__init__(**kwargs)
        if num_scales < 1:
            raise ValueError(f"Received num_scales={num_scales}; expected at least 1.")
        self.num_scales = num_scales
        numbers = range(1, num_scales + 1)
        self.encoders = [Encoder(name=f"encoder_scale_{i}") for i in numbers]
        self.decoders = [Decoder(name=f"decoder_scale_{i}") for i in numbers]
        self.upsamplers = [
            keras.layers.Conv2DTranspose(
                3,
                4,
                strides=2,
                padding="same",
                kernel_initializer=deconv_initializer(),
                name=f"upsampler_scale_{i}",
            )
            for i in numbers[1:]
        ]

    @property
    def num_outputs(self):
        return self.num_scales

    @property
    def size_multiple(self):
        multiple = ENCODER_STRIDE * 2 ** (self.num_scales - 1)
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
        outputs = [self.decoders[0](self.encoders[0](pyramid[0]))]
        for scale in range(1, self.num_scales):
            upsampled = self.upsamplers[scale - 1](outputs[-1])
            # (b, h, w, 3) + (b, h, w, 3) -> (b, h, w, 6)
            scale_input = ops.concatenate([pyramid[scale], upsampled], axis=-1)
            outputs.append(self.decoders[scale](self.encoders[scale](scale_input)))
        return [output + MEAN_VALUE for output in outputs]

    def get_config(self):
        return {**super().get_config(), "num_scales": self.num_scales}
