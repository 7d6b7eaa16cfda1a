"""From an uploaded photo to what the page shows of its restoration."""

import base64
import dataclasses
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tfdeblur.errors import InputError
from tfdeblur.images.photo import Photo, eight_bit_rgb
from tfdeblur.images.reader import read_header, read_image
from tfdeblur.images.writer import IMAGE_SUFFIXES, check_writable, write_image

# Longest side of what is shown; the download has every pixel.
_SHOWN_SIDE = 1600


@dataclasses.dataclass(frozen=True)
class RestoredPhoto:
    """A restored photo, and pictures of it that any browser shows.

    Attributes:
      before, after: 8-bit PNGs of at most 1600 pixels a side, without what else is in the
        photo's file, such as the place where it was taken.
      restored: the restored photo, in the format of the photo.
      name: file name for it.
      height, width: of the photo, in pixels, upright.
      seconds: what the restoration took, without reading and writing.
    """

    before: bytes
    after: bytes
    restored: bytes
    name: str
    height: int
    width: int
    seconds: float

    def as_json(self) -> dict:
        """The attributes as JSON can hold them: bytes in base64."""
        return {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in dataclasses.asdict(self).items()
        }


def restore_photo(
    deblurrer: Callable, content: bytes, name: str, max_pixels: int, folder: str
) -> RestoredPhoto:
    """Restores the photo in an image file.

    Args:
      deblurrer: function from image to image, such as a `tfdeblur.Deblurrer`.
      content: bytes of the file, which nobody vouches for.
      name: of the file; its suffix is that of the result.
      max_pixels: most pixels (height * width) of a photo that is taken.
      folder: existing folder for files that stay only while they are read or written.

    Raises:
      InputError: when the file is no image that can be restored, or is too large.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in IMAGE_SUFFIXES:
        raise InputError(f"{name}: expected a photo ending in {', '.join(sorted(IMAGE_SUFFIXES))}.")
    with tempfile.TemporaryDirectory(dir=folder) as own:
        path = Path(own, f"photo{suffix}")
        try:
            photo = _read(path, content, max_pixels)
        except InputError as error:
            raise InputError(str(error).replace(str(path), name)) from error
    start = time.perf_counter()
    restored = deblurrer(photo.pixels)
    seconds = time.perf_counter() - start
    with tempfile.TemporaryDirectory(dir=folder) as own:
        path = Path(own, f"photo{suffix}")
        write_image(path, photo.replace_pixels(restored))
        height, width = photo.pixels.shape[:2]
        return RestoredPhoto(
            before=_shown(photo.pixels),
            after=_shown(restored),
            restored=path.read_bytes(),
            name=f"{Path(name).stem}_restored{Path(name).suffix}",
            height=height,
            width=width,
            seconds=seconds,
        )


def _read(path: Path, content: bytes, max_pixels: int) -> Photo:
    path.write_bytes(content)
    header = read_header(path)
    if header.height * header.width > max_pixels:
        raise InputError(
            f"{path}: has {header.width}x{header.height} pixels; expected at most "
            f"{max_pixels / 1e6:g} million."
        )
    photo = read_image(path)
    check_writable(path, photo)
    return photo


def _shown(pixels: np.ndarray) -> bytes:
    pixels = eight_bit_rgb(pixels)
    scale = _SHOWN_SIDE / max(pixels.shape[:2])
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
