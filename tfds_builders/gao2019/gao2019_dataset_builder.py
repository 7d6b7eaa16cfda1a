"""The 5,290 pairs of Gao et al. 2019: 240 fps videos of two cameras, chosen by three rules."""

import tensorflow_datasets as tfds

from tfdeblur.builders.pair_builder import PairBuilder
from tfdeblur.builders.pair_layout import Layout


class Builder(PairBuilder):
    """3,604 pairs of a GoPro Hero6 and 1,686 of an iPhone 7, all for training.

    The authors name no validation frames; their "Ours+" is trained on the
    training split of GoPro and all of this. The prefix of `name` tells the
    camera: gopro_data or iPhone_data.

    Source: Gao et al. 2019, Dynamic Scene Deblurring with Parameter Selective
    Sharing and Nested Skip Connections, Sec. 4. The list of frames is recovered
    from the authors' released training graph.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "The pairs as published."}  # noqa: RUF012, as TFDS declares it
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
Put ONE of these into manual_dir, which is DATA_DIR/downloads/manual unless you name another
(DATA_DIR is ~/tensorflow_datasets by default):
- gao2019.tar: the tar file (data.tar) that the README of https://github.com/firenxygao/deblur
  links under "Dataset", renamed; or
- the folder gao2019 extracted from it (tar -xf FILE -C gao2019), which is also the way if the
  tar file is compressed,
with {gopro_data,iPhone_data}/{gt,input}/NAME.png, the same names in gt and input.
"""

    FOLDERS = ("gao2019",)
    LAYOUTS = (Layout("{sequence}/{folder}/{frame}.png", {"blur": "input", "sharp": "gt"}),)
