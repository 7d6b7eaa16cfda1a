"""Network with parameter selective sharing and nested skip connections (PSS-NSC).

The idea of [Gao19]: a blurred image is restored coarse to fine by one
encoder-decoder per scale. Earlier networks gave every scale its own weights or
the same; here the layers whose task changes with the scale have their own, and
the transformations of features, the bulk of the network, are shared
(`tfdeblur.layers.sharing`). They are nested modules
(`tfdeblur.layers.nested_module`).

The network knows no colour. It was trained on gray images, and R, G and B pass
through it one by one, as further images of the batch.

Reference: H. Gao, X. Tao, X. Shen, J. Jia, "Dynamic Scene Deblurring with
Parameter Selective Sharing and Nested Skip Connections", CVPR 2019.
"""

import keras
from keras import ops

from tfdeblur.layers import DenseModule, NestedModule, PlainModule, ResidualModule
from tfdeblur.layers.sharing import (
    DECODER_TRANSFORMATION,
    ENCODER_TRANSFORMATION,
    FEATURE_EXTRACTION,
    RECONSTRUCTION,
    LayerBank,
    SharingRule,
)
from tfdeblur.losses import MultiScaleMSE
from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.ops.padding import check_multiple
from tfdeblur.ops.pyramid import decimated_pyramid, upsample_x2

TRANSFORMATIONS = {
    "nested": NestedModule,
    "plain": PlainModule,
    "residual": ResidualModule,
    "dense": DenseModule,
}

# How often a stage applies its transformation.
REPEATS = (1, 2)


@keras.saving.register_keras_serializable(package="tfdeblur")
class PSSNSC(DeblurringModel):
    """Multi-scale network with parameter selective sharing and nested skip connections.

    With b_i the blurred image at scale i (0 the coarsest), N_i the scale's
    encoder-decoder, "up" the doubling of `tfdeblur.ops.pyramid`, and gradients
    stopped at o:

        o_0 = N_0(b_0, b_0),   o_i = N_i(b_i, up(o_{i-1}))

    N_i has one stage per entry of `filters`. Going down, a stage is one
    convolution (stride 2 from the second on) and a transformation applied
    twice; going up, the transformation of the decoder applied twice and one
    convolution (transposed, stride 2, down to the first stage) whose result is
    added to what entered the stage on the way down. At the first stage that is
    b_i: the network predicts the difference from the blurred image.

    Source: Gao et al. 2019, Eqs. (1)-(5), Tables 1 and 2.
    Deviations: the release's 4 units are the default; the paper's parameter
      counts are those of 3 in three rows of Table 1 and of neither in the
      fourth (`experiments/pss_nsc_parameter_counts.md`). Images are resized as
      by TensorFlow 1, and every convolution pads as TensorFlow's SAME, which the
      released weights need. Readings of Table 2 stand in the modules' docstrings.

    Args:
      num_scales: number of scales, each half the size of the next.
      units: order of a transformation, 2 * units convolutions.
      transformation: "nested", "plain", "residual" or "dense".
      across_scales: "selective", "none" or "all"; see `SharingRule`.
      within_stage: whether a stage's two transformations are one module.
      filters: channels of the stages, finest resolution first.

    Input shape:
      (batch, height, width, channels), float in [0, 1]; any number of channels,
      height and width multiples of `size_multiple`, 16 for three scales.
    Output shape:
      A list of `num_scales` tensors, coarse to fine: (batch, height / 2^k,
      width / 2^k, channels) with k from num_scales - 1 to 0, in [0, 1], not clipped.

    Raises:
      ValueError: for settings that are not as described.

    Example:
      >>> model = PSSNSC()
      >>> quarter, half, full = model(keras.ops.zeros((1, 64, 64, 3)))
      >>> model.deblur(keras.ops.zeros((1, 65, 97, 3))).shape
      (1, 65, 97, 3)
    """

    padding_mode = "edge"
    working_bytes_per_pixel = 650
    training_loss = MultiScaleMSE()
    training_channels = 1

    def __init__(
        self,
        num_scales=3,
        units=4,
        transformation="nested",
        across_scales="selective",
        within_stage=True,
        filters=(32, 64, 128),
        **kwargs,
    ):
        super().__init__(**kwargs)
        if num_scales < 1:
            raise ValueError(f"Received num_scales={num_scales}; expected at least 1.")
        if transformation not in TRANSFORMATIONS:
            raise ValueError(
                f"Received transformation={transformation!r}; "
                f"expected one of {', '.join(TRANSFORMATIONS)}."
            )
        self.num_scales = num_scales
        self.units = units
        self.transformation = transformation
        self.across_scales = across_scales
        self.within_stage = within_stage
        self.filters = tuple(filters)
        bank = LayerBank(SharingRule(across_scales, within_stage), self._new_layer)
        # scales[i][s] is a dict from role to layers; shared layers are in many places of it.
        self.scales = [
            [_stage_layers(bank, stage, scale) for stage in range(1, len(self.filters) + 1)]
            for scale in range(num_scales)
        ]

    def _new_layer(self, role, stage, name):
        num_channels = self.filters[stage - 1]
        if role in (ENCODER_TRANSFORMATION, DECODER_TRANSFORMATION):
            return TRANSFORMATIONS[self.transformation](num_channels, self.units, name=name)
        if role == FEATURE_EXTRACTION:
            strides = 1 if stage == 1 else 2
            return keras.layers.Conv2D(
                num_channels, 3, strides=strides, padding="same", activation="relu", name=name
            )
        if stage == 1:
            return keras.layers.Conv2D(1, 3, padding="same", name=name)
        return keras.layers.Conv2DTranspose(
            self.filters[stage - 2], 4, strides=2, padding="same", activation="relu", name=name
        )

    @property
    def num_outputs(self):
        return self.num_scales

    @property
    def size_multiple(self):
        multiple = 2 ** (len(self.filters) - 1) * 2 ** (self.num_scales - 1)
        return multiple, multiple

    def build(self, input_shape):
        for stages in self.scales:
            shape = (*input_shape[:3], 2)
            for stage in stages:
                for layer in stage[FEATURE_EXTRACTION] + stage[ENCODER_TRANSFORMATION]:
                    shape = _build_once(layer, shape)
            for stage in reversed(stages):
                for layer in stage[DECODER_TRANSFORMATION] + stage[RECONSTRUCTION]:
                    shape = _build_once(layer, shape)

    def call(self, blur):
        check_multiple(blur, self.size_multiple)
        num_channels = blur.shape[-1]
        outputs: list = []
        for stages, image in zip(
            self.scales,
            decimated_pyramid(_channels_to_batch(blur, num_channels), self.num_scales),
            strict=True,
        ):
            previous = upsample_x2(ops.stop_gradient(outputs[-1])) if outputs else image
            outputs.append(_restore_scale(stages, image, previous))
        return [_batch_to_channels(output, num_channels) for output in outputs]

    def final_output(self, blur, **options):
        """The final output, with the channels one after another to save memory.

        The channels go round in a ring: the first is taken off, restored and put
        at the end. So each pass reads what the one before it wrote, and a graph
        executor cannot run them side by side and hold the features of all.
        """
        for _ in range(blur.shape[-1]):
            restored = self(blur[..., :1], **options)[-1]
            blur = ops.concatenate([blur[..., 1:], ops.cast(restored, blur.dtype)], axis=-1)
        return blur

    def named_images(self, blur):
        # Channel by channel, as in final_output.
        by_channel = [self(blur[..., i : i + 1]) for i in range(blur.shape[-1])]
        outputs = [ops.concatenate(planes, axis=-1) for planes in zip(*by_channel, strict=True)]
        return {f"scale_{i}_output": output for i, output in enumerate(outputs)}

    def get_config(self):
        return {
            **super().get_config(),
            "num_scales": self.num_scales,
            "units": self.units,
            "transformation": self.transformation,
            "across_scales": self.across_scales,
            "within_stage": self.within_stage,
            "filters": self.filters,
        }


def _stage_layers(bank, stage, scale):
    def repeated(role):
        return [bank.layer(role, stage, scale, repeat) for repeat in REPEATS]

    return {
        FEATURE_EXTRACTION: [bank.layer(FEATURE_EXTRACTION, stage, scale)],
        ENCODER_TRANSFORMATION: repeated(ENCODER_TRANSFORMATION),
        DECODER_TRANSFORMATION: repeated(DECODER_TRANSFORMATION),
        RECONSTRUCTION: [bank.layer(RECONSTRUCTION, stage, scale)],
    }


def _build_once(layer, shape):
    if not layer.built:
        layer.build(shape)
    return layer.compute_output_shape(shape)


def _restore_scale(stages, image, previous):
    """One scale: `image` and `previous`, both (b, h, w, 1) -> restored (b, h, w, 1)."""
    x = ops.concatenate([image, previous], axis=-1)
    skips = [image]
    for stage in stages:
        for layer in stage[FEATURE_EXTRACTION] + stage[ENCODER_TRANSFORMATION]:
            x = layer(x)
        skips.append(x)
    # The deepest features are where the way up begins, not a skip.
    for stage, skip in zip(reversed(stages), reversed(skips[:-1]), strict=True):
        for layer in stage[DECODER_TRANSFORMATION] + stage[RECONSTRUCTION]:
            x = layer(x)
        x = x + skip
    return x


def _channels_to_batch(images, num_channels):
    # (b, h, w, c) -> (bc, h, w, 1)
    if num_channels == 1:
        return images
    batch, height, width, _ = ops.shape(images)
    planes = ops.transpose(images, (0, 3, 1, 2))
    return ops.reshape(planes, (batch * num_channels, height, width, 1))


def _batch_to_channels(planes, num_channels):
    # (bc, h, w, 1) -> (b, h, w, c)
    if num_channels == 1:
        return planes
    planes_batch, height, width, _ = ops.shape(planes)
    batch = planes_batch // num_channels
    images = ops.reshape(planes, (batch, num_channels, height, width))
    return ops.transpose(images, (0, 2, 3, 1))
