"""The residual block of DMPHN."""

import keras

from tfdeblur.layers.initializers import conv_initializer


@keras.saving.register_keras_serializable(package="tfdeblur")
class ResidualBlock(keras.layers.Layer):
    """Residual block without normalisation.

    Computes x + conv3x3(ReLU(conv3x3(x))); nothing follows the addition, so a
    chain of blocks keeps a linear path from its input to its output.

    Source: Zhang et al. 2019, Sec. 3.2, Fig. 4; release `models.py`.

    Args:
      filters: number of channels of the input and of the output.
      initialisation: see `tfdeblur.layers.initializers`.

    Input shape / Output shape:
      (batch, height, width, filters), any height and width.

    Example:
      >>> ResidualBlock(32)(keras.ops.zeros((1, 8, 8, 32))).shape
      (1, 8, 8, 32)
    """

    def __init__(self, filters, initialisation="release", **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.initialisation = initialisation
        self.conv_1 = keras.layers.Conv2D(
            filters,
            3,
            padding="same",
            activation="relu",
            kernel_initializer=conv_initializer(initialisation, relu=True),
            name="conv_1",
        )
        self.conv_2 = keras.layers.Conv2D(
            filters,
            3,
            padding="same",
            kernel_initializer=conv_initializer(initialisation, ends_branch=True),
            name="conv_2",
        )

    def build(self, input_shape):
        self.conv_1.build(input_shape)
        self.conv_2.build(input_shape)

    def call(self, x):
        return x + self.conv_2(self.conv_1(x))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "initialisation": self.initialisation,
        }


def residual_blocks(filters, blocks_per_stage, initialisation="release", prefix=""):
    """The residual blocks of a network's stages, in the order of `filters`.

    Args:
      filters: channels of each stage.
      blocks_per_stage: how many blocks a stage has, or a number for each stage.
      initialisation: as for `ResidualBlock`.
      prefix: of the blocks' names.

    Returns:
      A list of lists of `ResidualBlock`.

    Raises:
      ValueError: when there is not one number for each stage, or one is negative.
    """
    if isinstance(blocks_per_stage, int):
        blocks_per_stage = (blocks_per_stage,) * len(filters)
    if len(blocks_per_stage) != len(filters) or min(blocks_per_stage, default=0) < 0:
        raise ValueError(
            f"Received blocks_per_stage={tuple(blocks_per_stage)} for stages of "
            f"{tuple(filters)} channels; expected one number of blocks, at least 0, for each."
        )
    return [
        [
            ResidualBlock(num_channels, initialisation, name=f"{prefix}stage_{stage}_block_{block}")
            for block in range(1, num_blocks + 1)
        ]
        for stage, (num_channels, num_blocks) in enumerate(
            zip(filters, blocks_per_stage, strict=True), start=1
        )
    ]
