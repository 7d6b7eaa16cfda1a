"""Writes the lists of frames that the dataset builders ship.

    python tools/make_frame_lists.py LISTS [BUILDERS]

LISTS is the folder with the plain lists: gopro_{train,test}_blur.txt (a path per
line, from the archive), gao2019_sharp_paths.txt (from the authors' training
graph) and VideoDeblur.json. BUILDERS is tfds_builders/ unless given.
"""

import json
import sys
from pathlib import Path

from tfdeblur.builders.pair_layout import FRAME_LIST, write_frame_list


def gopro(lists):
    """train/GOPR0372_07_00/blur/000047.png -> GOPR0372_07_00/000047."""
    frames = {}
    for split in ("train", "test"):
        paths = [Path(p) for p in (lists / f"gopro_{split}_blur.txt").read_text().split()]
        frames[split] = [f"{path.parts[1]}/{path.stem}" for path in paths]
    return frames


def gao2019(lists):
    """gopro_data/gt/GH010012_0166.png -> gopro_data/GH010012_0166."""
    paths = [Path(p) for p in (lists / "gao2019_sharp_paths.txt").read_text().split()]
    return {"train": [f"{path.parts[0]}/{path.stem}" for path in paths]}


def su2017(lists):
    """The sample "00030" of the video IMG_0009 -> IMG_0009/00030."""
    frames = {"train": [], "test": []}
    for video in json.loads((lists / "VideoDeblur.json").read_text()):
        frames[video["phase"]] += [f"{video['name']}/{frame}" for frame in video["sample"]]
    return frames


def main(lists, builders=Path(__file__).parent.parent / "tfds_builders"):
    """Writes all three."""
    for frames in (gopro, gao2019, su2017):
        write_frame_list(Path(builders) / frames.__name__ / FRAME_LIST, frames(Path(lists)))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
