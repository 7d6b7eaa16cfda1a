"""`Photo`s to image files, in the format the file name asks for.

As in `reader`, Pillow writes what has 8 bits per channel. For 16 bits
tifffile writes TIFF, where OpenCV cannot embed a colour profile, and PNG is
written here: no library at hand writes 16-bit gray with alpha.
"""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image

from tfdeblur.errors import InputError
from tfdeblur.system.atomic_write import atomic_write

_FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jfif": "JPEG",
    ".jpe": "JPEG",
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

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_COLOUR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}
_PNG_FILTER_UP = 2


def check_suffix(path):
    """Raises InputError unless the file name is one of a format that is written."""
    path = Path(path)
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        raise InputError(
            f"{path}: cannot write images with the suffix {path.suffix!r}; name it .png, or "
            f"another of {', '.join(sorted(IMAGE_SUFFIXES))}."
        )


def check_writable(path, photo):
    """Raises InputError unless the format of the file name can hold `photo`."""
    path = Path(path)
    check_suffix(path)
    image_format = _FORMATS[path.suffix.lower()]
    if image_format == "JPEG" and photo.alpha is not None:
        raise InputError(f"{path}: JPEG cannot hold an alpha channel; write PNG, TIFF or WebP.")
    if photo.pixels.dtype != np.uint8 and image_format not in ("PNG", "TIFF"):
        raise InputError(
            f"{path}: {image_format} cannot hold 16 bits per channel; use PNG or TIFF."
        )


def write_image(path, photo):
    """Writes `photo` to `path`, whole or not at all.

    Raises:
      InputError: when the format of the file name cannot hold the photo.
      OSError: when the file cannot be written.
    """
    path = Path(path)
    check_writable(path, photo)
    image_format = _FORMATS[path.suffix.lower()]
    array = photo.with_alpha()
    with atomic_write(path) as unfinished:
        if photo.pixels.dtype == np.uint8:
            try:
                _write_8_bits(unfinished, array, photo, image_format)
            except ValueError as error:  # Pillow, for metadata a format cannot hold
                raise InputError(f"{path}: cannot be written ({error}).") from None
        else:
            write = _write_16_bit_png if image_format == "PNG" else _write_16_bit_tiff
            write(unfinished, array, photo)


def _write_8_bits(path, array, photo, image_format):
    if image_format == "BMP" and photo.alpha is not None:
        _write_bmp_with_alpha(path, array)
        return
    options = dict(_PILLOW_OPTIONS[image_format])
    if photo.exif and image_format in _CARRIES_EXIF:
        options["exif"] = photo.exif
    if photo.icc_profile and image_format != "BMP":
        options["icc_profile"] = photo.icc_profile
    image = Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)
    image.save(path, image_format, **options)


def _write_bmp_with_alpha(path, array):
    # Pillow writes a header that says the fourth channel has no meaning.
    order = [2, 1, 0, 3] if array.shape[-1] == 4 else [0, 0, 0, 1]
    path.write_bytes(cv2.imencode(".bmp", array[..., order])[1].tobytes())


def _write_16_bit_png(path, array, photo):
    height, width, channels = array.shape
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, _PNG_COLOUR_TYPE[channels], 0, 0, 0))
    ]
    if photo.icc_profile:
        chunks.append((b"iCCP", b"ICC Profile\0\0" + zlib.compress(photo.icc_profile)))
    if photo.exif:
        chunks.append((b"eXIf", photo.exif.removeprefix(b"Exif\0\0")))
    rows = array.astype(">u2").reshape(height, width * channels).view(np.uint8)
    # Filter "up": each row as its difference to the row above, which compresses well.
    filtered = np.insert(np.diff(rows, axis=0, prepend=np.uint8(0)), 0, _PNG_FILTER_UP, axis=1)
    chunks += [(b"IDAT", zlib.compress(filtered.tobytes())), (b"IEND", b"")]
    with path.open("wb") as file:
        file.write(_PNG_SIGNATURE)
        for kind, content in chunks:
            checksum = zlib.crc32(kind + content)
            file.write(
                struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
            )


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
