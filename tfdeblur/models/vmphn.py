"""The V-shaped multi-patch network of [Zhang19] Sec. 3.3."""

import keras

from tfdeblur.layers import Decoder, Encoder
from tfdeblur.models.deblurring_model import DeblurringModel
from tfdeblur.models.dmphn import DMPHN, MEAN_VALUE, named_levels
from tfdeblur.models.restoration import Restoration
from tfdeblur.ops.padding import check_multiple
from tfdeblur.ops.patch_grid import join_patches, split_into_patches


@keras.saving.register_keras_serializable(package="tfdeblur")
class VMPHN(DeblurringModel):
    """V-shaped multi-patch network: down to the finest patches, then up again.

    With x the shifted input, E'_l and D'_l the pairs of the downward pass, and
    features and images on the whole image, level l = 1 .. n works on its own grid:

        feature'_l = E'_l(patches of (x + image'_{l-1})) + feature'_{l-1}
        image'_l   = D'_l(patches of feature'_l)

    where both vanish for l = 0. The upward pass is a DMPHN with weights of its
    own whose finest level begins with image'_n and feature'_n in place of nothing:

        feature_n = E_n(patches of (x + image'_n)) + feature'_n,

    and the other levels as in `DMPHN`. Twice the weights of DMPHN(levels).

    Source: Zhang et al. 2019, Sec. 3.3, Fig. 6.
    Deviations: the release does not hold this network and the paper shows it in
      a figure only, so the wiring above is a reading. In a stack, what a DMPHN
      unit receives from earlier units goes to the upward pass; the downward pass
      receives the previous unit's output alone.

    Args:
      levels: patches per level, as for `DMPHN`.

    Input shape:
      (batch, height, width, 3), RGB float in [0, 1]; multiples as for `DMPHN`.
    Output shape:
      A list of one tensor of the input's shape, in [0, 1], not clipped.

    Example:
      >>> [restored] = VMPHN()(keras.ops.zeros((1, 64, 64, 3)))
    """

    def __init__(self, levels=(1, 2, 4), **kwargs):
        super().__init__(**kwargs)
        self.upward = DMPHN(levels, name="upward")
        self.levels = self.upward.levels
        numbers = range(1, len(self.levels) + 1)
        self.encoders = [Encoder(name=f"downward_encoder_level_{i}") for i in numbers]
        self.decoders = [Decoder(name=f"downward_decoder_level_{i}") for i in numbers]

    @property
    def size_multiple(self):
        return self.upward.size_multiple

    def build(self, input_shape):
        for encoder, decoder in zip(self.encoders, self.decoders, strict=True):
            encoder.build(input_shape)
            decoder.build(encoder.compute_output_shape(input_shape))
        self.upward.build(input_shape)

    def call(self, blur):
        check_multiple(blur, self.size_multiple)
        return [self.restore(blur - MEAN_VALUE).output + MEAN_VALUE]

    def restore(self, x, carried=None):
        """Both passes; `carried` as for `DMPHN.restore`, the result that of the upward pass."""
        return self.upward.restore(x, carried=carried, start=self._descend(x))

    def _descend(self, x):
        images: list = []
        features: list = []
        for grid, encoder, decoder in zip(self.levels, self.encoders, self.decoders, strict=True):
            level_input = x + images[-1] if images else x
            feature = join_patches(encoder(split_into_patches(level_input, grid)), grid)
            if features:
                feature = feature + features[-1]
            features.append(feature)
            images.append(join_patches(decoder(split_into_patches(feature, grid)), grid))
        return Restoration(images, features)

    def named_images(self, blur):
        x = blur - MEAN_VALUE
        descent = self._descend(x)
        downward = {
            f"downward_level_{level}_image": image + MEAN_VALUE
            for level, image in enumerate(descent.images, start=1)
        }
        return {**downward, **named_levels(self.upward.restore(x, start=descent).images)}

    def get_config(self):
        return {**super().get_config(), "levels": self.levels}
