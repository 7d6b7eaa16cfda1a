"""Image files to `Photo`s: PNG, JPEG, TIFF, WebP and BMP, 8 or 16 bits per channel.

Pillow decodes everything it keeps at full depth, that is all 8-bit files. It
would silently reduce colour with 16 bits per channel to 8, so those files, which
can only be PNG or TIFF, are decoded by OpenCV.
"""

import contextlib
import dataclasses
import io
from pathlib import Path

import cv2
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.images.opening import check_scans, open_image, quiet_pillow
from tfdeblur.images.photo import Photo

_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")

_EXIF_ORIENTATION = 0x0112
_TIFF_BITS_PER_SAMPLE = 258
_TIFF_PHOTOMETRIC = 262
_TIFF_PLANAR = 284
_TIFF_EXTRA_SAMPLES = 338
_TIFF_SAMPLE_FORMAT = 339
_WHITE_IS_ZERO = 0
_PREMULTIPLIED = (1,)
_PNG_BIT_DEPTH_OFFSET = 24
_PNG_COLOUR_TYPE_OFFSET = 25
_PNG_GRAY = (0, 4)

# What must be done to the stored array (height, width, channels) to see it upright.
_UPRIGHT = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a),
}


@dataclasses.dataclass(frozen=True)
class Header:
    """What an image file says of itself before it is decoded.

    Attributes:
      format: "PNG", "JPEG" (also of MPO files), "TIFF", "WEBP" or "BMP", by its content.
      height, width: in pixels, as stored.
      orientation: how it is to be turned, 1 (upright) to 8, as EXIF numbers it. In a PNG
        it is not looked for behind the pixels.
      num_frames: more than 1 for animations and files of several pages.
      has_palette: whether pixels are stored as numbers of colours in a table.
    """

    format: str
    height: int
    width: int
    orientation: int
    num_frames: int
    has_palette: bool


def read_header(path):
    """The `Header` of the image file `path`.

    Raises:
      InputError: when `path` is not an image file of a supported format, declares
        more pixels than `tfdeblur.images.opening.max_pixels`, or is a progressive JPEG of
        more scans than anyone writes.
    """
    _check_file(path)
    with _opened(path, Path(path)) as image:
        if "progressive" in image.info:
            with _naming(path):
                check_scans(Path(path).read_bytes())
        return header_of(image)


def header_of(image):
    """The `Header` of an opened Pillow image."""
    with quiet_pillow():
        return Header(
            format="JPEG" if image.format == "MPO" else image.format,
            height=image.height,
            width=image.width,
            orientation=_stored_orientation(image),
            num_frames=_num_frames(image),
            has_palette=image.mode in ("1", "P"),
        )


def not_a_single_upright_image(header):
    """For readers that take the first frame as it is stored: what is wrong with that, or None."""
    if header.num_frames > 1:
        return f"holds {header.num_frames} frames; expected a single image"
    if header.orientation != 1:
        return (
            f"is stored turned or mirrored (EXIF orientation {header.orientation}); expected "
            "upright pixels"
        )
    return None


def read_image(path):
    """Reads the image file `path` as an upright `Photo`.

    Raises:
      InputError: as `read_header`, and when the file is missing, empty, truncated, holds
        several frames, or samples that are neither 8 nor 16 bits wide.
    """
    _check_file(path)
    data = Path(path).read_bytes()
    with quiet_pillow(), _opened(path, io.BytesIO(data)) as image:
        num_frames = _num_frames(image)
        if num_frames > 1:
            raise InputError(
                f"{path}: holds {num_frames} frames; expected a single image. "
                "Save the frames as files of their own."
            )
        has_16_bits = _has_16_bits(image, data)
        try:
            with _naming(path):
                check_scans(data)
                array = _decode_16_bits(image, data) if has_16_bits else _decode_8_bits(image)
        except InputError:
            raise
        except Exception as error:  # decoders fail on damaged files in more ways than they document
            raise InputError(f"{path}: damaged or truncated image ({error}).") from None
        # OpenCV turns TIFF files upright itself.
        if not (has_16_bits and image.format == "TIFF"):
            array = _upright(array, image)
        channels = array.shape[-1]
        has_alpha = channels in (2, 4)
        return Photo(
            pixels=np.ascontiguousarray(array[..., : channels - has_alpha]),
            alpha=np.ascontiguousarray(array[..., -1:]) if has_alpha else None,
            # A profile for four inks says nothing about the RGB it was converted to.
            icc_profile=None if image.mode == "CMYK" else image.info.get("icc_profile"),
            exif=_upright_exif(image),
        )


def _check_file(path):
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path}: expected an image file; this is a directory.")
    if not path.is_file():
        raise InputError(f"{path}: no such file.")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty (0 bytes); expected an image.")


@contextlib.contextmanager
def _naming(path):
    """Puts the file's name before what is wrong with it."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _opened(path, file):
    try:
        with _naming(path):
            return open_image(file, _FORMATS)
    except InputError:
        raise
    except Exception:  # as in read_image
        raise InputError(
            f"{path}: not an image this program reads; expected PNG, JPEG, TIFF, WebP or BMP "
            "with 8 or 16 bits per channel."
        ) from None


def _num_frames(image):
    # Phones write JPEGs with further pictures behind the first, which Pillow calls MPO.
    if image.format == "MPO":
        return 1
    try:
        return getattr(image, "n_frames", 1)
    except Exception:  # a damaged list of frames; decoding tells whether the first is there
        return 1


def _has_16_bits(image, data):
    if image.format == "PNG":
        return data[_PNG_BIT_DEPTH_OFFSET] == 16
    if image.format == "TIFF":
        return 16 in image.tag_v2.get(_TIFF_BITS_PER_SAMPLE, ())
    return False


def _decode_16_bits(image, data):
    is_tiff = image.format == "TIFF"
    tags = image.tag_v2 if is_tiff else {}
    if tags.get(_TIFF_PLANAR, 1) != 1:  # OpenCV gives wrong pixels for these
        raise InputError("stores its colours apart; save it with interleaved channels.")
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or array.dtype != np.uint16:
        raise ValueError("its 16-bit samples cannot be decoded")
    array = array.reshape(*array.shape[:2], -1)
    if tags.get(_TIFF_PHOTOMETRIC) == _WHITE_IS_ZERO:
        array = np.iinfo(np.uint16).max - array
    if array.shape[-1] > 1:
        array = array[..., [2, 1, 0, *range(3, array.shape[-1])]]  # BGR(A) -> RGB(A)
    if tags.get(_TIFF_EXTRA_SAMPLES) == _PREMULTIPLIED:
        array = _unmultiplied(array)
    if not is_tiff and data[_PNG_COLOUR_TYPE_OFFSET] in _PNG_GRAY:
        return _gray(array, image.info.get("transparency"))
    return array


def _unmultiplied(array):
    colour, alpha = array[..., :-1].astype(np.float64), array[..., -1:]
    full = np.iinfo(np.uint16).max
    colour = np.clip(colour * full / np.maximum(alpha, 1) + 0.5, 0, full)
    return np.concatenate([colour.astype(np.uint16), alpha], axis=-1)


def _gray(array, transparent_value):
    if array.shape[-1] == 4:
        return array[..., [0, 3]]
    if transparent_value is None:
        return array
    alpha = np.where(array == transparent_value, 0, np.iinfo(np.uint16).max)
    return np.concatenate([array, alpha.astype(np.uint16)], axis=-1)


def _decode_8_bits(image):
    sample_formats = image.tag_v2.get(_TIFF_SAMPLE_FORMAT, (1,)) if image.format == "TIFF" else (1,)
    if image.mode in ("F", "I") or set(sample_formats) != {1}:
        raise InputError("its samples are not unsigned integers of 8 or 16 bits; convert it.")
    is_gray = image.mode in ("1", "L", "LA")
    has_alpha = image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info
    mode = ("LA" if has_alpha else "L") if is_gray else ("RGBA" if has_alpha else "RGB")
    array = np.asarray(image.convert(mode))
    return array.reshape(*array.shape[:2], -1)


def _stored_orientation(image):
    orientation = _orientation(image) if _tells_orientation(image) else 1
    # Some cameras write 0, and damaged files any number; both are shown as they are.
    return orientation if orientation in _UPRIGHT else 1


def _tells_orientation(image):
    """False for a PNG that Pillow would decode to look for EXIF behind the pixels."""
    blocks = {"exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp"}
    return image.format != "PNG" or bool(blocks & image.info.keys())


def _orientation(image):
    try:
        return image.getexif().get(_EXIF_ORIENTATION, 1)
    except Exception:  # a damaged EXIF block is no reason to refuse the picture
        return 1


def _upright(array, image):
    return _UPRIGHT.get(_orientation(image), lambda a: a)(array)


def _upright_exif(image):
    # The EXIF of a TIFF file is its own structure (strips, sizes), not metadata to pass on.
    if image.format == "TIFF" or not image.info.get("exif"):
        return None
    try:
        exif = image.getexif()
        if _EXIF_ORIENTATION in exif:
            exif[_EXIF_ORIENTATION] = 1
        return exif.tobytes()
    except Exception:  # as above
        return None
