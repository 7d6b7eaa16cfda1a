"""Sharp photographs to synthesise blur from: those of scikit-image, or a folder of one's own."""

import functools
import hashlib
import zlib
from pathlib import Path

import cv2
import skimage

from tfdeblur.errors import InputError
from tfdeblur.images.photo import eight_bit_rgb
from tfdeblur.images.reader import read_image
from tfdeblur.images.writer import IMAGE_SUFFIXES

# Files in scikit-image's wheel. They are read from there and not through functions of
# skimage.data, which may download, and of which stereo_motorcycle loads more than pictures.
# Whole photographs are held out; the two views of one motorcycle are on the same side.
EMBEDDED = {
    "train": (
        "astronaut.png",
        "brick.png",
        "coins.png",
        "gravel.png",
        "hubble_deep_field.jpg",
        "ihc.png",
        "motorcycle_left.png",
        "motorcycle_right.png",
        "rocket.jpg",
    ),
    "test": ("camera.png", "chelsea.png", "coffee.png"),
}

# Larger photographs are scaled down to the size of a 720p frame: blur is counted in
# its pixels, and what a photograph shows at full size is seldom sharp in every pixel.
_LARGEST_SHORTER_SIDE = 720


def embedded_photographs():
    """{"train" and "test": {name: function that gives (height, width, 3) uint8}}."""
    folder = Path(skimage.__file__).parent / "data"
    return {
        split: {
            Path(file).stem: functools.partial(read_photograph, folder / file) for file in files
        }
        for split, files in EMBEDDED.items()
    }


def photographs_in(folder, smallest_side, test_fraction=0.1):
    """As `embedded_photographs`, of the images in `folder` at any depth.

    Which are held out for testing follows from their names, so that a new photograph
    does not move others from one split to the other (but for the last to be held out).

    Args:
      folder: path of the folder.
      smallest_side: least height and width that is of use.
      test_fraction: how many to hold out; at least one.

    Raises:
      InputError: when the folder holds fewer than two images; on reading, when an
        image is damaged or too small.
    """
    files = _files(folder)
    if len(files) < 2:
        raise InputError(
            f"{folder}: holds {len(files)} images; expected at least two, one to train on and "
            "one to hold out."
        )
    names = sorted(files, key=lambda name: (zlib.crc32(name.encode()), name))
    num_test = max(1, round(len(names) * test_fraction))
    splits = {"train": sorted(names[num_test:]), "test": sorted(names[:num_test])}
    return {
        split: {
            name: functools.partial(read_photograph, files[name], smallest_side)
            for name in names_of_split
        }
        for split, names_of_split in splits.items()
    }


def fingerprint(folder):
    """Eight hexadecimal digits that change with the names and contents of the images."""
    digest = hashlib.sha256()
    for name, file in _files(folder).items():
        content = file.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:8]


def read_photograph(file, smallest_side=1):
    """The image `file` as (height, width, 3) uint8 RGB, its shorter side at most 720.

    Raises:
      InputError: when it is damaged, or smaller than `smallest_side`.
    """
    pixels = eight_bit_rgb(read_image(file).pixels)
    scale = _LARGEST_SHORTER_SIDE / min(pixels.shape[:2])
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if min(pixels.shape[:2]) < smallest_side:
        raise InputError(
            f"{file}: {pixels.shape[1]}x{pixels.shape[0]} pixels; expected at least "
            f"{smallest_side} a side. Take it out of the folder, or make smaller pairs."
        )
    return pixels


def _files(folder):
    """{path within the folder, with slashes: path}, sorted, without hidden files."""
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; expected one with sharp photographs.")
    found = {
        file.relative_to(folder).as_posix(): file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in IMAGE_SUFFIXES and file.is_file()
    }
    return {
        name: file
        for name, file in found.items()
        if not any(part.startswith(".") for part in Path(name).parts)
    }
