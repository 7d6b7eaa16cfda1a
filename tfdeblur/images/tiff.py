"""What a TIFF file holds, told before anything is decoded.

No library at hand reads all of TIFF: Pillow has modes for some layouts, hands others over
scaled wrongly (12 bits), and takes the rest for no image; OpenCV gives two bands as one. So
the fields are judged here, and what no one reads right is refused by name.

Reference:
  TIFF 6.0, and its Technical Note 1 for pages of reduced size.
"""

import dataclasses
import io

import cv2
import numpy as np
import tifffile
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from tfdeblur.errors import InputError

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# Of a file whose pages point at each other, or of a hostile one.
_MAX_PAGES = 1000

_REDUCED_SIZE = 1
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _MASK, _CMYK, _YCBCR = range(7)
_LAB = (8, 9, 10)
_NAMES = {_PALETTE: "a palette", _MASK: "a mask", _CMYK: "CMYK", _YCBCR: "YCbCr"}
_NAMES |= dict.fromkeys(_LAB, "Lab")
_PREMULTIPLIED, _NOT_PREMULTIPLIED = 1, 2
_UNSIGNED = 1
_INTERLEAVED = 1

_FULL = np.iinfo(np.uint16).max


@dataclasses.dataclass(frozen=True)
class Page:
    """The fields of a page that say how it is to be read.

    Attributes:
      index: its place in the file.
      height, width: in pixels, as stored.
      bits: of every sample of a pixel.
      extra_samples: what the samples beyond the colors are, or None where it is not said.
      is_reduced: whether it is a smaller version of another page.
    """

    index: int
    height: int
    width: int
    bits: tuple
    samples: int
    photometric: int
    planar: int
    extra_samples: tuple | None
    sample_formats: tuple
    orientation: int
    icc_profile: bytes | None
    is_reduced: bool

    @property
    def has_16_bits(self):
        return 16 in self.bits

    @property
    def has_palette(self):
        return self.photometric == _PALETTE

    @property
    def is_cmyk(self):
        return self.photometric == _CMYK

    @property
    def has_alpha(self):
        if self.extra_samples is None:  # RGBA was written before there was a field for it
            return self.photometric == _RGB and self.num_beyond_color == 1
        return self.extra_samples in ((_PREMULTIPLIED,), (_NOT_PREMULTIPLIED,))

    @property
    def num_beyond_color(self):
        return self.samples - {_RGB: 3, _YCBCR: 3, _CMYK: 4}.get(self.photometric, 1)


def main_page(file):
    """(page, num_pictures): the first page that is no thumbnail, and how many such there are."""
    pages = list(_pages(file))
    full_size = [page for page in pages if not page.is_reduced] or pages
    return full_size[0], len(full_size)


def check_page(page):
    """Raises InputError for a page that cannot be read right, with what it is."""
    depth = max(page.bits)
    is_gray = page.photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
    if set(page.sample_formats) != {_UNSIGNED}:
        raise InputError("its samples are not unsigned integers of 8 or 16 bits; convert it.")
    if page.photometric in _LAB or (page.has_16_bits and not is_gray and page.photometric != _RGB):
        kind = _NAMES.get(page.photometric, f"of photometric interpretation {page.photometric}")
        raise InputError(f"is {kind} with {depth} bits per channel; convert it to RGB.")
    few_bits = (1, 2, 4) if is_gray or page.photometric == _PALETTE else ()
    if set(page.bits) not in [{bits} for bits in (*few_bits, 8, 16)]:
        raise InputError(
            f"stores {depth} bits per sample; expected 8 or 16. Convert it to 16 bits."
        )
    if (is_gray or page.photometric == _RGB) and page.num_beyond_color and not page.has_alpha:
        raise InputError(
            f"holds {page.samples} bands; expected gray or RGB, with no more than transparency "
            "besides."
        )
    if page.has_16_bits and page.planar != _INTERLEAVED and page.samples > 1:
        raise InputError("stores its colours apart; save it with interleaved channels.")


def decode_16_bits(data, page):
    """(array, is_upright) of a page of 16 bits: (height, width, 1 to 4) uint16.

    Raises:
      InputError: for a compression that cannot be read.
      Exception: of many kinds, when the file is damaged.
    """
    if page.samples == 2:  # gray with alpha, of which OpenCV reads only the gray, in 8 bits
        array, is_upright = _decode_two_bands(data, page), False
    else:
        array, is_upright = _decode_with_opencv(data, page), True
    if page.photometric == _WHITE_IS_ZERO:
        array = np.concatenate([_FULL - array[..., :1], array[..., 1:]], axis=-1)
    if page.extra_samples == (_PREMULTIPLIED,):
        array = _unmultiplied(array)
    return array, is_upright


def _pages(file):
    header = file.read(8)
    if 43 in header[2:4]:  # BigTIFF
        header += file.read(8)
    directory = ImageFileDirectory_v2(header)
    seen: set[int] = set()
    while directory.next and directory.next not in seen and len(seen) < _MAX_PAGES:
        seen.add(directory.next)
        file.seek(directory.next)
        directory.load(file)
        yield _page(directory, len(seen) - 1)


def _page(fields, index):
    samples = fields.get(277, 1)
    bits = fields.get(258, (1,))
    return Page(
        index=index,
        height=fields[257],
        width=fields[256],
        bits=bits * samples if len(bits) == 1 else bits,
        samples=samples,
        photometric=fields.get(262, _WHITE_IS_ZERO),
        planar=fields.get(284, _INTERLEAVED),
        extra_samples=fields.get(338),
        sample_formats=fields.get(339, (_UNSIGNED,)),
        orientation=fields.get(274, 1),
        icc_profile=fields.get(34675),
        is_reduced=bool(fields.get(254, 0) & _REDUCED_SIZE) or fields.get(255) == 2,
    )


def _decode_with_opencv(data, page):
    span = (page.index, page.index + 1)
    is_read, arrays = cv2.imdecodemulti(
        np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED, range=span
    )
    array = arrays[0] if is_read and len(arrays) else None
    if array is None or array.dtype != np.uint16:
        raise ValueError("its 16-bit samples cannot be decoded")
    array = array.reshape(*array.shape[:2], -1)
    if array.shape[-1] != page.samples:
        raise ValueError(f"{page.samples} samples a pixel cannot be decoded")
    return array if page.samples == 1 else array[..., [2, 1, 0, *range(3, page.samples)]]


def _decode_two_bands(data, page):
    try:
        array = tifffile.imread(io.BytesIO(data), key=page.index)
    except ValueError as error:
        if "imagecodecs" not in str(error):
            raise
        raise InputError(
            "is gray with alpha in 16 bits, in a compression that cannot be read; save it "
            "uncompressed or deflated."
        ) from None
    if array.shape != (page.height, page.width, 2) or array.dtype != np.uint16:
        raise ValueError("its 16-bit samples cannot be decoded")
    return array


def _unmultiplied(array):
    colour, alpha = array[..., :-1].astype(np.float64), array[..., -1:]
    colour = np.clip(colour * _FULL / np.maximum(alpha, 1) + 0.5, 0, _FULL)
    return np.concatenate([colour.astype(np.uint16), alpha], axis=-1)
