"""The block of NAFNet, without activation functions."""

import keras
from keras import ops

from tfdeblur.ops.local_mean import local_mean


@keras.saving.register_keras_serializable(package="tfdeblur")
class NAFBlock(keras.layers.Layer):
    """Block of gates and simplified channel attention in place of activations.

    With LN the layer normalization over the channels of each pixel, and gate(a) the first half
    of the channels of a times the second:

        g = gate(depthwise3x3(conv1x1(LN(x))))
        y = x + beta * conv1x1(g * conv1x1(mean(g)))
        z = y + gamma * conv1x1(gate(conv1x1(LN(y))))

    beta and gamma begin as zero, and the block as the identity.

    Source: Chen et al. 2022, Sec. 3, Fig. 3c, Eqs. (4) and (6); release `NAFNet_arch.py`.
    Deviations: none.

    Args:
      filters: channels of the input and of the output.
      attention_window: side of the window that the mean is taken over, in pixels (see
        `tfdeblur.ops.local_mean`); None is the whole image.

    Input shape / Output shape:
      (batch, height, width, filters), any height and width.

    Example:
      >>> NAFBlock(8)(keras.ops.zeros((1, 6, 5, 8))).shape
      (1, 6, 5, 8)
    """

    def __init__(self, filters, attention_window=None, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.attention_window = attention_window
        self.norm_1 = keras.layers.LayerNormalization(epsilon=1e-6, name="norm_1")
        self.conv_1 = keras.layers.Conv2D(2 * filters, 1, name="conv_1")
        self.conv_2 = keras.layers.DepthwiseConv2D(3, padding="same", name="conv_2")
        self.attention = keras.layers.Conv2D(filters, 1, name="attention")
        self.conv_3 = keras.layers.Conv2D(filters, 1, name="conv_3")
        self.norm_2 = keras.layers.LayerNormalization(epsilon=1e-6, name="norm_2")
        self.conv_4 = keras.layers.Conv2D(2 * filters, 1, name="conv_4")
        self.conv_5 = keras.layers.Conv2D(filters, 1, name="conv_5")

    def build(self, input_shape):
        narrow, wide = (None, None, None, self.filters), (None, None, None, 2 * self.filters)
        for layer in (self.norm_1, self.conv_1, self.norm_2, self.conv_4):
            layer.build(narrow)
        self.conv_2.build(wide)
        for layer in (self.attention, self.conv_3, self.conv_5):
            layer.build(narrow)
        self.beta = self.add_weight((self.filters,), initializer="zeros", name="beta")
        self.gamma = self.add_weight((self.filters,), initializer="zeros", name="gamma")

    def call(self, x):
        gated = _gate(self.conv_2(self.conv_1(self.norm_1(x))))
        x = x + self.beta * self.conv_3(gated * self.attention(self._pooled(gated)))
        return x + self.gamma * self.conv_5(_gate(self.conv_4(self.norm_2(x))))

    def _pooled(self, x):
        if self.attention_window is None:
            return ops.mean(x, axis=(1, 2), keepdims=True)  # (b, h, w, c) -> (b, 1, 1, c)
        return local_mean(x, self.attention_window)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "attention_window": self.attention_window,
        }


def _gate(x):
    one, other = ops.split(x, 2, axis=-1)
    return one * other
