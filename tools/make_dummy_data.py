"""Writes the dummy data of the dataset builders: tiny random images under real names.

    python tools/make_dummy_data.py [BUILDERS]

BUILDERS is tfds_builders/ unless given.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

PATHS = {
    "gopro": [
        f"GOPRO_Large/{split}/{sequence}/{folder}/{frame}.png"
        for split, sequence, frames in (
            ("train", "GOPR0372_07_00", ("000047", "000048")),
            ("test", "GOPR0384_11_00", ("000001",)),
        )
        for frame in frames
        for folder in ("blur", "blur_gamma", "sharp")
    ],
    "gao2019": [
        f"gao2019/{camera}/{folder}/{frame}.png"
        for camera, frame in (("gopro_data", "GH010101_0250"), ("iPhone_data", "IMG_0037_0725"))
        for folder in ("gt", "input")
    ],
    "su2017": [
        f"quantitative_datasets/{video}/{folder}/{frame}.jpg"
        for video, frame in (("IMG_0009", "00030"), ("IMG_0001", "00000"), ("IMG_0003", "00000"))
        for folder in ("input", "GT")
    ],
}


def main(builders=Path(__file__).parent.parent / "tfds_builders"):
    """Writes the images of all three."""
    rng = np.random.default_rng(2019)
    for name, paths in PATHS.items():
        for path in paths:
            file = Path(builders) / name / "dummy_data" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8)).save(file)


if __name__ == "__main__":
    main(*sys.argv[1:])
