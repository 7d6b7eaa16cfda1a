"""`Photo`s to image files, in the format the file name asks for.

As in `image_reader`, Pillow writes what has 8 bits per channel. For 16 bits
OpenCV writes PNG, and tifffile TIFF, where OpenCV cannot embed a colour profile.
"""

from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image

from tfdeblur.atomic_write import atomic_write
from tfdeblur.errors import InputError

_FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
    ".bmp": "BMP",
}

IMAGE_SUFFIXES = frozenset(_FORMATS)

# High enough that compression does not undo what was restored.
_PILLOW_OPTIONS: dict[str, dict] = {
    "PNG": {"compress_level": 6},
    "JPEG": {"quality": 95, "subsampling": "4:4:4"},
    "TIFF": {"compression": "tiff_adobe_deflate"},
    "WEBP": {"quality": 95},
    "BMP": {},
}
_CARRIES_EXIF = ("PNG", "JPEG", "WEBP")


def write_image(path, photo):
    """Writes `photo` to `path`, whole or not at all.

    Raises:
      InputError: when the format of the file name cannot hold the photo.
      OSError: when the file cannot be written.
    """
    path = Path(path)
    image_format = _FORMATS.get(path.suffix.lower())
    if image_format is None:
        raise InputError(
            f"{path}: cannot write images with the suffix {path.suffix!r}; "
            f"expected one of {', '.join(sorted(IMAGE_SUFFIXES))}."
        )
    array = photo.with_alpha()
    if image_format == "JPEG" and photo.alpha is not None:
        raise InputError(f"{path}: JPEG cannot hold an alpha channel; write PNG, TIFF or WebP.")
    if photo.pixels.dtype == np.uint8:
        with atomic_write(path) as unfinished:
            _write_8_bits(unfinished, array, photo, image_format)
    elif image_format in ("PNG", "TIFF"):
        with atomic_write(path) as unfinished:
            write = _write_16_bit_png if image_format == "PNG" else _write_16_bit_tiff
            write(unfinished, array, photo)
    else:
        raise InputError(
            f"{path}: {image_format} cannot hold 16 bits per channel; use PNG or TIFF."
        )


def _write_8_bits(path, array, photo, image_format):
    options = dict(_PILLOW_OPTIONS[image_format])
    if photo.exif and image_format in _CARRIES_EXIF:
        options["exif"] = photo.exif
    if photo.icc_profile and image_format != "BMP":
        options["icc_profile"] = photo.icc_profile
    image = Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)
    image.save(path, image_format, **options)


def _write_16_bit_png(path, array, photo):
    if array.shape[-1] == 2:  # OpenCV has no gray with alpha
        array = array[..., [0, 0, 0, 1]]
    kinds, blocks = [], []
    for kind, block in (
        (cv2.IMAGE_METADATA_ICCP, photo.icc_profile),
        (cv2.IMAGE_METADATA_EXIF, photo.exif and photo.exif.removeprefix(b"Exif\0\0")),
    ):
        if block:
            kinds.append(kind)
            blocks.append(np.frombuffer(block, np.uint8))
    order = [2, 1, 0, 3][: array.shape[-1]] if array.shape[-1] > 1 else [0]
    ok, data = cv2.imencodeWithMetadata(".png", array[..., order], kinds, blocks)
    if not ok:
        raise OSError(f"{path}: encoding as 16-bit PNG failed")
    path.write_bytes(data.tobytes())


def _write_16_bit_tiff(path, array, photo):
    is_gray = photo.pixels.shape[-1] == 1
    tifffile.imwrite(
        path,
        array[..., 0] if array.shape[-1] == 1 else array,
        photometric="minisblack" if is_gray else "rgb",
        planarconfig=None if array.shape[-1] == 1 else "contig",
        extrasamples=None if photo.alpha is None else ["unassalpha"],
        compression="zlib",
        iccprofile=photo.icc_profile,
        metadata=None,
    )
