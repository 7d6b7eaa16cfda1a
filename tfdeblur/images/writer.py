"""`Photo`s to image files, in the format the file name asks for.

As in `reader`, Pillow writes what has 8 bits per channel. For 16 bits
tifffile writes TIFF, where OpenCV cannot embed a colour profile, and PNG is
written here: no library at hand writes 16-bit gray with alpha.
"""

import dataclasses
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image

from tfdeblur.errors import InputError
from tfdeblur.images import png
from tfdeblur.images.metadata import EXIF_PREFIX
from tfdeblur.images.opening import READS_AVIF, READS_HEIC, register_heic
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
# What reads them also writes them.
_FORMATS |= {".avif": "AVIF"} if READS_AVIF else {}
_FORMATS |= {".heic": "HEIF", ".heif": "HEIF"} if READS_HEIC else {}

IMAGE_SUFFIXES = frozenset(_FORMATS)

# High enough that compression does not undo what was restored.
_PILLOW_OPTIONS: dict[str, dict] = {
    "PNG": {"compress_level": 6},
    "JPEG": {"quality": 95, "subsampling": "4:4:4"},
    "TIFF": {"compression": "tiff_adobe_deflate"},
    "WEBP": {"quality": 95},
    "BMP": {},
    "AVIF": {"quality": 95, "subsampling": "4:4:4"},
    "HEIF": {"quality": 95, "chroma": "444"},
}

# The most bytes of metadata, of those formats that hold any.
_ANY_SIZE = float("inf")
_HOLDS: dict[str, dict[str, float]] = {
    "PNG": {"exif": _ANY_SIZE, "xmp": _ANY_SIZE},
    "JPEG": {"exif": 65_533, "xmp": 65_504},
    "WEBP": {"exif": _ANY_SIZE, "xmp": _ANY_SIZE},
    "AVIF": {"exif": _ANY_SIZE, "xmp": _ANY_SIZE},
    "HEIF": {"exif": _ANY_SIZE, "xmp": _ANY_SIZE},
}

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

    Returns:
      What of the photo's file is not in the new one, in words: what `photo.lost` says, and
      metadata that the format cannot hold.

    Raises:
      InputError: when the format of the file name cannot hold the photo.
      OSError: when the file cannot be written.
    """
    path = Path(path)
    check_writable(path, photo)
    image_format = _FORMATS[path.suffix.lower()]
    photo = _without_what_cannot_be_held(photo, image_format)
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
    return photo.lost


def _without_what_cannot_be_held(photo, image_format):
    lost = list(photo.lost)
    changes: dict = {}
    for name in ("exif", "xmp"):
        block, limit = getattr(photo, name), _HOLDS.get(image_format, {}).get(name)
        if not block:
            continue
        if limit is None:
            lost.append(f"{name.upper()}, which is not written to {image_format}")
        elif len(block) > limit:
            lost.append(f"{name.upper()} of {len(block)} bytes; {image_format} holds {limit}")
        else:
            continue
        changes[name] = None
    if photo.png_chunks and image_format != "PNG":
        kinds = dict.fromkeys(kind.decode() for kind, _ in photo.png_chunks)
        lost.append(f"{', '.join(kinds)}, which only PNG holds")
    if photo.icc_profile and image_format == "BMP":
        lost.append("the color profile, which BMP cannot hold")
        changes["icc_profile"] = None
    return dataclasses.replace(photo, lost=tuple(lost), **changes)


def _write_8_bits(path, array, photo, image_format):
    if image_format == "BMP" and photo.alpha is not None:
        _write_bmp_with_alpha(path, array)
        return
    options = dict(_PILLOW_OPTIONS[image_format])
    if image_format != "PNG":
        metadata = {"exif": photo.exif, "xmp": photo.xmp, "icc_profile": photo.icc_profile}
        options |= {name: block for name, block in metadata.items() if block}
    if image_format == "HEIF":
        register_heic()
    image = Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)
    image.save(path, image_format, **options)
    if image_format == "PNG":
        path.write_bytes(png.with_chunks(path.read_bytes(), _metadata_chunks(photo)))


def _metadata_chunks(photo):
    chunks = [png.chunk(*kind_and_content) for kind_and_content in photo.png_chunks]
    if photo.icc_profile:
        chunks.insert(0, png.profile_chunk(photo.icc_profile))
    if photo.exif:
        chunks.append(png.chunk(b"eXIf", photo.exif.removeprefix(EXIF_PREFIX)))
    if photo.xmp:
        chunks.append(png.xmp_chunk(photo.xmp))
    return chunks


def _write_bmp_with_alpha(path, array):
    # Pillow writes a header that says the fourth channel has no meaning.
    order = [2, 1, 0, 3] if array.shape[-1] == 4 else [0, 0, 0, 1]
    path.write_bytes(cv2.imencode(".bmp", array[..., order])[1].tobytes())


def _write_16_bit_png(path, array, photo):
    height, width, channels = array.shape
    header = struct.pack(">IIBBBBB", width, height, 16, _PNG_COLOUR_TYPE[channels], 0, 0, 0)
    rows = array.astype(">u2").reshape(height, width * channels).view(np.uint8)
    # Filter "up": each row as its difference to the row above, which compresses well.
    filtered = np.insert(np.diff(rows, axis=0, prepend=np.uint8(0)), 0, _PNG_FILTER_UP, axis=1)
    chunks = [
        png.chunk(b"IHDR", header),
        *_metadata_chunks(photo),
        png.chunk(b"IDAT", zlib.compress(filtered.tobytes())),
        png.chunk(b"IEND", b""),
    ]
    path.write_bytes(png.SIGNATURE + b"".join(chunks))


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
