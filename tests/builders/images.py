"""Tiny image files for the tests of dataset builders."""

import io
import zipfile

import numpy as np
from PIL import Image


def image_bytes(seed=0, size=(8, 6), image_format="png"):
    """An encoded random image; `size` is (width, height)."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, image_format)
    return file.getvalue()


def write_files(folder, files):
    """Writes {relative path: bytes} into `folder`, and returns it."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def write_zip(archive, files, compression=zipfile.ZIP_DEFLATED):
    """Writes {name: bytes} as a zip archive, and returns its path."""
    with zipfile.ZipFile(archive, "w", compression) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return archive
