"""Image files to `Photo`s: PNG, JPEG, TIFF, WebP, BMP, AVIF and HEIC, 8 or 16 bits per channel.

Pillow decodes everything it keeps at full depth, that is all 8-bit files. It
would silently reduce colour with 16 bits per channel to 8, so those files, which
can only be PNG or TIFF, are decoded by OpenCV.
"""

import contextlib
import dataclasses
import io
import re
from pathlib import Path

import cv2
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.images import png, tiff
from tfdeblur.images.metadata import (
    FIRST_ON_ITS_SIDE,
    ORIENTATION,
    upright_exif,
    upright_xmp,
)
from tfdeblur.images.opening import check_pixels, check_scans, open_image, quiet_pillow
from tfdeblur.images.photo import Photo

_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "AVIF", "HEIF")

# Of phones: the picture, and others that belong to it. Pillow shows the picture.
_WITH_FURTHER_PICTURES = ("MPO", "HEIF")

_PNG_COLOUR_TYPE_OFFSET = 25
_PNG_GRAY = (0, 4)

# A box of AVIF and HEIC: name, version, number of channels; behind it the bits of each.
_BITS_BOX = re.compile(rb"pixi\0\0\0\0[\1-\4]")

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
      format: by its content, "PNG", "JPEG" (also of MPO files), "TIFF", "WEBP", "BMP", "AVIF"
        or "HEIF".
      height, width: in pixels, as stored.
      orientation: how it is to be turned, 1 (upright) to 8, as EXIF numbers it. In a PNG
        it is not looked for behind the pixels.
      num_frames: more than 1 for animations and files of several pages.
      has_palette: whether pixels are stored as numbers of colours in a table.
      has_16_bits: whether its samples have 16 bits.
    """

    format: str
    height: int
    width: int
    orientation: int
    num_frames: int
    has_palette: bool
    has_16_bits: bool


def read_header(path):
    """The `Header` of the image file `path`.

    Raises:
      InputError: when `path` is not an image file of a supported format, declares
        more pixels than `tfdeblur.images.opening.max_pixels`, or is a progressive JPEG of
        more scans than anyone writes.
    """
    with _opened(path) as picture:
        picture.check_scans()
        return picture.header


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
            # Pillow's name for how a PNG stores its samples tells the depth that it cuts off.
            has_16_bits=image.format == "PNG" and ";16" in str(image.tile),
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


def read_image(path, check_header=None):
    """Reads the image file `path` as an upright `Photo`.

    Args:
      check_header: function of the `Header` that is called before anything is decoded; what
        it raises goes through.

    Raises:
      InputError: as `read_header`, and when the file is missing, empty, truncated, holds
        several frames, or samples that are neither 8 nor 16 bits wide.
    """
    with _opened(path) as picture:
        if check_header:
            check_header(picture.header)
        if picture.header.num_frames > 1:
            raise InputError(
                f"holds {picture.header.num_frames} frames; expected a single image. "
                "Save the frames as files of their own."
            )
        try:
            with quiet_pillow():
                return picture.photo()
        except InputError:
            raise
        except Exception as error:  # decoders fail on damaged files in more ways than they document
            raise InputError(f"damaged or truncated image ({error}).") from None


@contextlib.contextmanager
def _opened(path):
    """The `_Picture` or `_TiffPicture` in the file; errors inside name the file."""
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path}: expected an image file; this is a directory.")
    if not path.is_file():
        raise InputError(f"{path}: no such file.")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty (0 bytes); expected an image.")
    with path.open("rb") as file:
        is_tiff = file.read(4) in tiff.SIGNATURES
        file.seek(0)
        try:
            try:
                with quiet_pillow():
                    picture = (_TiffPicture if is_tiff else _Picture)(file)
            except InputError:
                raise
            except Exception:  # as in read_image
                raise InputError(
                    "not an image this program reads; expected PNG, JPEG, TIFF, WebP, BMP, AVIF "
                    "or HEIC with 8 or 16 bits per channel."
                ) from None
            yield picture
        except InputError as error:
            raise type(error)(f"{path}: {error}") from None


class _Picture:
    """An opened image file of any kind but TIFF; nothing but its header is read yet."""

    def __init__(self, file):
        self._file = file
        self._image = open_image(file, _FORMATS)
        self.header = header_of(self._image)

    def check_scans(self):
        if "progressive" in self._image.info:
            check_scans(self._data())

    def photo(self):
        image, data = self._image, self._data()
        lost: list[str] = []
        check_scans(data)
        if image.format in ("AVIF", "HEIF"):
            _check_8_bits(data)
        is_png = image.format == "PNG"
        # Text that Pillow refuses may stand behind the pixels, too.
        if is_png and (slim := png.without_large_text(data)) is not data:
            image = open_image(io.BytesIO(slim), ["PNG"])
        array = (
            _decode_16_bit_png(image, data) if self.header.has_16_bits else _decode_8_bits(image)
        )
        # Of a PNG, the orientation may stand behind the pixels.
        orientation = _known(_orientation(image))
        array = _upright(array, orientation)
        height, width = array.shape[:2]
        return _photo(
            array,
            icc_profile=_color_profile(image, data, lost),
            exif=_exif(image, orientation, height, width, lost),
            xmp=_xmp(image, data, orientation, height, width, lost),
            png_chunks=png.carried_chunks(data, orientation >= FIRST_ON_ITS_SIDE) if is_png else (),
            lost=tuple(lost),
        )

    def _data(self):
        self._file.seek(0)
        return self._file.read()


class _TiffPicture:
    """As `_Picture`, for TIFF files, of which Pillow cannot even open all."""

    def __init__(self, file):
        self._file = file
        self._page, num_frames = tiff.main_page(file)
        check_pixels(self._page.height, self._page.width)
        self.header = Header(
            format="TIFF",
            height=self._page.height,
            width=self._page.width,
            orientation=_known(self._page.orientation),
            num_frames=num_frames,
            has_palette=self._page.has_palette,
            has_16_bits=self._page.has_16_bits,
        )

    def check_scans(self):
        """Nothing: the pixels of a TIFF file are decoded once."""

    def photo(self):
        page = self._page
        tiff.check_page(page)
        self._file.seek(0)
        if page.has_16_bits:
            array, is_upright = tiff.decode_16_bits(self._file.read(), page)
            orientation = 1 if is_upright else self.header.orientation
        else:
            image = open_image(self._file, ["TIFF"])
            image.seek(page.index)
            array = _decode_8_bits(image)
            orientation = _known(_orientation(image))  # 1 where Pillow has turned it already
        # EXIF is part of the file's own structure (strips, sizes) and is not passed on.
        return _photo(
            _upright(array, orientation), icc_profile=None if page.is_cmyk else page.icc_profile
        )


def _photo(array, **metadata):
    channels = array.shape[-1]
    has_alpha = channels in (2, 4)
    return Photo(
        pixels=np.ascontiguousarray(array[..., : channels - has_alpha]),
        alpha=np.ascontiguousarray(array[..., -1:]) if has_alpha else None,
        **metadata,
    )


def _num_frames(image):
    if image.format in _WITH_FURTHER_PICTURES:
        return 1
    try:
        return getattr(image, "n_frames", 1)
    except Exception:  # a damaged list of frames; decoding tells whether the first is there
        return 1


def _check_8_bits(data):
    for box in _BITS_BOX.finditer(data):
        if (bits := data[box.end()]) > 8:
            raise InputError(f"stores {bits} bits per channel; expected 8. Convert it to PNG.")


def _decode_16_bit_png(image, data):
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None or array.dtype != np.uint16:
        raise ValueError("its 16-bit samples cannot be decoded")
    array = array.reshape(*array.shape[:2], -1)
    if array.shape[-1] > 1:
        array = array[..., [2, 1, 0, *range(3, array.shape[-1])]]  # BGR(A) -> RGB(A)
    if data[_PNG_COLOUR_TYPE_OFFSET] in _PNG_GRAY:
        return _gray(array, image.info.get("transparency"))
    return array


def _gray(array, transparent_value):
    if array.shape[-1] == 4:
        return array[..., [0, 3]]
    if transparent_value is None:
        return array
    alpha = np.where(array == transparent_value, 0, np.iinfo(np.uint16).max)
    return np.concatenate([array, alpha.astype(np.uint16)], axis=-1)


def _decode_8_bits(image, _=None):
    is_gray = image.mode in ("1", "L", "LA")
    has_alpha = image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info
    mode = ("LA" if has_alpha else "L") if is_gray else ("RGBA" if has_alpha else "RGB")
    array = np.asarray(image.convert(mode))
    return array.reshape(*array.shape[:2], -1)


def _stored_orientation(image):
    return _known(_orientation(image)) if _tells_orientation(image) else 1


def _tells_orientation(image):
    """False for a PNG that Pillow would decode to look for EXIF behind the pixels."""
    blocks = {"exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp"}
    return image.format != "PNG" or bool(blocks & image.info.keys())


def _known(orientation):
    # Some cameras write 0, and damaged files any number; both are shown as they are.
    return orientation if orientation in _UPRIGHT else 1


def _orientation(image):
    try:
        return image.getexif().get(ORIENTATION, 1)
    except Exception:  # a damaged EXIF block is no reason to refuse the picture
        return 1


def _upright(array, orientation):
    return _UPRIGHT.get(orientation, lambda a: a)(array)


def _color_profile(image, data, lost):
    if image.mode == "CMYK":  # a profile for four inks says nothing about the RGB it was made
        return None
    if image.format != "PNG":
        return image.info.get("icc_profile")
    try:
        return png.color_profile(data)
    except png.TooLargeError:
        lost.append(f"a color profile of more than {png.MAX_PROFILE_BYTES / 1e6:g} MB")
        return None


def _exif(image, orientation, height, width, lost):
    exif = image.info.get("exif")
    if not exif:
        return None
    try:
        exif = upright_exif(exif, orientation, height, width)
    except ValueError:
        lost.append("EXIF, which is damaged")
        return None
    return exif


def _xmp(image, data, orientation, height, width, lost):
    xmp = image.info.get("xmp")
    if not xmp:
        if image.format == "PNG" and png.has_xmp(data):
            lost.append("XMP, which is damaged or too large")
        return None
    if b"HasExtendedXMP" in xmp:
        lost.append("the part of XMP that its size has put elsewhere in the file")
    return upright_xmp(xmp, orientation, height, width)
