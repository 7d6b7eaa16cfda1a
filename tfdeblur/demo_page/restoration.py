"""From an uploaded photo to what the page shows of its restoration."""

import dataclasses
import time
from pathlib import Path

import cv2
from PIL import Image

from tfdeblur.errors import InputError
from tfdeblur.images.photo import eight_bit_rgb
from tfdeblur.images.reader import read_header, read_image
from tfdeblur.images.writer import IMAGE_SUFFIXES, check_writable, write_image

# Longest side of what is shown; the download has every pixel.
_SHOWN_SIDE = 1600


@dataclasses.dataclass(frozen=True)
class RestoredPhoto:
    """A restored photo, and pictures of it that any browser shows.

    Attributes:
      before, after: paths of 8-bit pictures of at most 1600 pixels a side, without what
        else is in the photo's file, such as the place where it was taken.
      restored: path of the restored photo, in the format and under the name of the photo.
      height, width: of the photo, in pixels, upright.
      seconds: what the restoration took, without reading and writing.
    """

    before: Path
    after: Path
    restored: Path
    height: int
    width: int
    seconds: float


def restore_photo(deblurrer, photo_path, folder, max_pixels):
    """Restores a photo and writes everything of a `RestoredPhoto` into `folder`.

    Args:
      deblurrer: function from image to image, such as a `tfdeblur.Deblurrer`.
      photo_path: image file of a name and content that nobody vouches for.
      folder: existing folder for the results.
      max_pixels: most pixels (height * width) of a photo that is taken.

    Raises:
      InputError: when the file is no image that can be restored, or is too large. It names
        the file without its folder, which is nothing to a visitor.
    """
    try:
        return _restored(deblurrer, photo_path, folder, max_pixels)
    except InputError as error:
        raise InputError(str(error).replace(f"{photo_path.parent}/", "")) from error


def _restored(deblurrer, photo_path, folder, max_pixels):
    suffix = photo_path.suffix.lower()
    if suffix not in IMAGE_SUFFIXES:
        raise InputError(
            f"{photo_path}: expected a photo ending in {', '.join(sorted(IMAGE_SUFFIXES))}."
        )
    header = read_header(photo_path)
    if header.height * header.width > max_pixels:
        raise InputError(
            f"{photo_path}: has {header.width}x{header.height} pixels; expected at most "
            f"{max_pixels / 1e6:g} million."
        )
    photo = read_image(photo_path)
    restored_path = folder / f"{photo_path.stem}_restored{photo_path.suffix}"
    check_writable(restored_path, photo)
    start = time.perf_counter()
    restored = deblurrer(photo.pixels)
    seconds = time.perf_counter() - start
    write_image(restored_path, photo.replace_pixels(restored))
    height, width = photo.pixels.shape[:2]
    return RestoredPhoto(
        before=_shown(photo.pixels, folder / "before.png"),
        after=_shown(restored, folder / "after.png"),
        restored=restored_path,
        height=height,
        width=width,
        seconds=seconds,
    )


def _shown(pixels, path):
    pixels = eight_bit_rgb(pixels)
    scale = _SHOWN_SIDE / max(pixels.shape[:2])
    if scale < 1:
        height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    Image.fromarray(pixels).save(path)
    return path
