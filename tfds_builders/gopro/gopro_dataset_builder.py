"""GoPro: blurred and sharp frames of 33 videos, from averaged 240 fps recordings.

Two archives of it are in use. The original has two kinds of blur, the copy that
MPRNet distributes only the first; which one is read makes no difference to the
records of "gopro/blur".
"""

import tensorflow_datasets as tfds

from tfdeblur.builders.pair_builder import PairBuilder, PairConfig
from tfdeblur.builders.pair_layout import Layout


class Builder(PairBuilder):
    """GoPro (Nah et al. 2017): 2,103 pairs for training and 1,111 for testing.

    Configurations:
      blur: the average of the frames as they were stored. Training and figures of
        Zhang et al. 2019, Gao et al. 2019, SRN and MPRNet use it; the default.
      blur_gamma: gamma 2.2 undone, averaged, and reapplied.

    Source: Nah et al. 2017, Deep Multi-scale Convolutional Neural Network for
    Dynamic Scene Deblurring, Sec. 2.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "The pairs as published."}  # noqa: RUF012, as TFDS declares it
    BUILDER_CONFIGS = [  # noqa: RUF012
        PairConfig(name="blur", description="Average of the stored frames.", blur="blur"),
        PairConfig(
            name="blur_gamma",
            description="Average in linear light, by gamma 2.2.",
            blur="blur_gamma",
        ),
    ]
    DEFAULT_BUILDER_CONFIG_NAME = "blur"
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
Put ONE of these into manual_dir, which is DATA_DIR/downloads/manual unless you name another
(DATA_DIR is ~/tensorflow_datasets by default):
- GOPRO_Large.zip, as it was downloaded, or the folder GOPRO_Large extracted from it, with
  GOPRO_Large/{train,test}/GOPRxxxx_yy_zz/{blur,blur_gamma,sharp}/NNNNNN.png.
  Download: https://seungjunnah.github.io/Datasets/gopro, or the Hugging Face dataset
  snah/GOPRO_Large. Not GOPRO_Large_all, which holds no blurred frames.
- GoPro.zip or the folder GoPro, in the layout of the MPRNet project, with
  GoPro/{train,test}/{input,target}/GOPRxxxx_yy_zz-NNNNNN.png. It has no blur_gamma.
  MPRNet's archives hold one split each: extract both into the folder GoPro.
"""

    FOLDERS = ("GOPRO_Large", "GoPro")
    LAYOUTS = (
        Layout(
            "{split}/{sequence}/{folder}/{frame}.png",
            {"blur": "blur", "blur_gamma": "blur_gamma", "sharp": "sharp"},
        ),
        Layout(
            "{split}/{folder}/{sequence}-{frame}.png",
            {"blur": "input", "sharp": "target"},
        ),
    )
