"""Deep Multi-Patch Hierarchical Network (DMPHN).

The idea of [Zhang19]: rather than rescale a blurred image (where small motion
vanishes with the detail), cut it into patches. A finer level sees smaller
patches, hence mostly one motion each; what it restores and the features it
finds are handed to the next coarser level, until the top level sees the whole
image. Every level is a light encoder-decoder, and all patches of a level pass
through it as one batch.

Reference: H. Zhang, Y. Dai, H. Li, P. Koniusz, "Deep Stacked Hierarchical
Multi-patch Network for Image Deblurring", CVPR 2019.
"""

import itertools

import keras

from tfdeblur.layers import Decoder, Encoder
from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.models.restoration import Restoration
from tfdeblur.ops.padding import check_multiple
from tfdeblur.ops.patch_grid import grid_shape, join_patches, split_into_patches

# The release shifts gamma-encoded RGB in [0, 1] by this much before the network and back after it.
MEAN_VALUE = 0.5

# The encoder halves the resolution twice.
ENCODER_STRIDE = 4


@keras.saving.register_keras_serializable(package="tfdeblur")
class DMPHN(DeblurringModel):
    """Multi-patch hierarchical network.

    From the finest level n up to level 1, with x the shifted input, E_l and D_l
    the level's encoder and decoder, and features and residuals on the whole image:

        feature_l  = E_l(patches of (x + residual_{l+1})) + feature_{l+1}
        residual_l = D_l(feature_l on the grid of level l-1)

    where both vanish beyond level n. The residual decoded at level 1 is the
    restored image itself: there is no skip from input to output.

    Source: Zhang et al. 2019, Sec. 3.1-3.2, Eqs. (1)-(9), Fig. 3-4; Sec. 4.3 and
      Table 4 for weight sharing.
    Deviations: none; paper and release agree.

    The last three arguments are not the paper's. They make small networks that learn
    something in minutes, such as that of the quick start.

    Args:
      levels: patches per level, coarsest first: the name of the variant in the
        paper, e.g. (1, 2, 4, 8). Starts with 1; powers of two that never
        decrease. Equal neighbours are levels on the same grid.
      weight_sharing: one encoder and one decoder for all levels ("-WS").
      filters: channels of an encoder's stages, finest resolution first.
      blocks_per_stage: residual blocks per stage.
      global_skip: whether the input is added to what level 1 decodes. The network then
        begins as the identity and learns the difference from the blurred image.

    Input shape:
      (batch, height, width, 3), RGB float in [0, 1]; height a multiple of 4
      times the finest grid's rows, width of 4 times its columns.
    Output shape:
      A list of one tensor of the input's shape, in [0, 1], not clipped.

    Raises:
      ValueError: for levels that are not as described.

    Example:
      >>> model = DMPHN(levels=(1, 2, 4))
      >>> [restored] = model(keras.ops.zeros((1, 64, 64, 3)))
      >>> model.deblur(keras.ops.zeros((1, 65, 97, 3))).shape
      (1, 65, 97, 3)
    """

    def __init__(
        self,
        levels=(1, 2, 4, 8),
        weight_sharing=False,
        filters=(32, 64, 128),
        blocks_per_stage=2,
        global_skip=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.levels = _checked_levels(levels)
        self.weight_sharing = weight_sharing
        self.filters = tuple(filters)
        self.blocks_per_stage = blocks_per_stage
        self.global_skip = global_skip
        numbers = range(1, 2 if weight_sharing else len(self.levels) + 1)
        self.encoders = [
            Encoder(self.filters, blocks_per_stage, name=f"encoder_level_{i}") for i in numbers
        ]
        self.decoders = [
            Decoder(
                self.filters[::-1],
                blocks_per_stage,
                starts_at_zero=global_skip and i == 1,
                name=f"decoder_level_{i}",
            )
            for i in numbers
        ]

    @property
    def size_multiple(self):
        rows, columns = grid_shape(self.levels[-1])
        return ENCODER_STRIDE * rows, ENCODER_STRIDE * columns

    def build(self, input_shape):
        for encoder, decoder in zip(self.encoders, self.decoders, strict=True):
            encoder.build(input_shape)
            decoder.build(encoder.compute_output_shape(input_shape))

    def call(self, blur):
        check_multiple(blur, self.size_multiple)
        return [self.restore(blur - MEAN_VALUE).output + MEAN_VALUE]

    def restore(self, x, carried=None, start=None):
        """One pass from the finest level up, as a unit of a stack or by itself.

        Args:
          x: (batch, height, width, 3), the input shifted to [-0.5, 0.5].
          carried: `Carried` of earlier units of a stack, or None.
          start: a `Restoration` whose last image and feature the finest level
            begins with (the downward pass of VMPHN), or None.

        Returns:
          A `Restoration` with an image and a feature per level.
        """
        image, feature = (start.images[-1], start.features[-1]) if start else (None, None)
        images: list = []
        features: list = []
        for level in reversed(range(len(self.levels))):
            encoder, decoder = self._pair(level)
            grid = self.levels[level]
            level_input = x if image is None else x + image
            encoded = join_patches(encoder(split_into_patches(level_input, grid)), grid)
            feature = encoded if feature is None else encoded + feature
            if carried is not None:
                feature = feature + carried.features[len(features)]
            coarser_grid = self.levels[max(level - 1, 0)]
            decoded = decoder(split_into_patches(feature, coarser_grid))
            image = join_patches(decoded, coarser_grid)
            if self.global_skip and level == 0:
                image = image + x
            images.append(image)
            features.append(feature)
            if carried is not None and level == 1:
                image = image + carried.first_output
        return Restoration(images, features)

    def named_images(self, blur):
        return named_levels(self.restore(blur - MEAN_VALUE).images)

    def _pair(self, level):
        index = 0 if self.weight_sharing else level
        return self.encoders[index], self.decoders[index]

    def get_config(self):
        return {
            **super().get_config(),
            "levels": self.levels,
            "weight_sharing": self.weight_sharing,
            "filters": self.filters,
            "blocks_per_stage": self.blocks_per_stage,
            "global_skip": self.global_skip,
        }


def named_levels(images):
    """The images of a pass from the finest level up, named and shifted back to [0, 1].

    A residual of zero is mid-gray then.
    """
    names = [f"level_{level}_residual" for level in range(len(images), 1, -1)] + ["output"]
    return {name: image + MEAN_VALUE for name, image in zip(names, images, strict=True)}


def _checked_levels(levels):
    levels = tuple(levels)
    if not levels or levels[0] != 1 or any(a > b for a, b in itertools.pairwise(levels)):
        raise ValueError(
            f"Received levels={levels}; expected patch counts from coarse to fine that "
            "start with 1 and never decrease, e.g. (1, 2, 4, 8)."
        )
    for num_patches in levels:
        grid_shape(num_patches)
    return levels
