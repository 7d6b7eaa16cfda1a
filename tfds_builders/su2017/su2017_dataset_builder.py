"""VideoDeblurring: consecutive frames of 71 videos, blurred and sharp."""

import tensorflow_datasets as tfds

from tfdeblur.builders.pair_builder import PairBuilder
from tfdeblur.builders.pair_layout import Layout


class Builder(PairBuilder):
    """VideoDeblurring (Su et al. 2017): 61 videos for training and 10 for testing.

    5,708 and 1,000 pairs. Records carry `video` and `frame`, because figures are
    reported per test video (Zhang et al. 2019, Table 3). Records are stored
    shuffled, as TFDS does; sort by `frame` where the order of a video matters.

    Source: Su et al. 2017, Deep Video Deblurring for Hand-held Cameras, Sec. 4.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "The pairs as published."}  # noqa: RUF012, as TFDS declares it
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
Put ONE of these into manual_dir, which is DATA_DIR/downloads/manual unless you name another
(DATA_DIR is ~/tensorflow_datasets by default):
- DeepVideoDeblurring_Dataset.zip, as it was downloaded from
  https://www.cs.ubc.ca/labs/imager/tr/2017/DeepVideoDeblurring/, or the folder
  DeepVideoDeblurring_Dataset extracted from it; or
- the folder quantitative_datasets alone,
with quantitative_datasets/VIDEO/{input,GT}/NNNNN.jpg. Of the other folders of the archive,
qualitative_datasets and the like, nothing is read.
"""

    FOLDERS = ("DeepVideoDeblurring_Dataset",)
    LAYOUTS = (
        Layout(
            "quantitative_datasets/{sequence}/{folder}/{frame}.jpg",
            {"blur": "input", "sharp": "GT"},
        ),
    )
    IMAGE_FORMAT = "jpeg"

    def more_features(self):
        return {"video": tfds.features.Text(), "frame": tfds.features.Text()}
