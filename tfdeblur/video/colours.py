"""Between the colours videos store and the RGB that networks see, and back by the same rule.

A video stores luma and chroma; which matrix and which range it means is tagged, or left to
convention. A network that changes nothing must give the same colours back, so both directions
use one `Colours`, and the tags of the source are those of the result.
"""

import dataclasses

import av
import numpy as np
from av.video.reformatter import Interpolation

from tfdeblur.errors import InputError

# ITU-T H.273, table 4, MatrixCoefficients -> number in FFmpeg's swscale.
_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9}
_RGB, _UNSPECIFIED = 0, 2
_BT709, _BT601 = 1, 5

_LIMITED, _FULL = 1, 2

_INTERPOLATION = int(
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
)

# Without a tag, players take high definition for BT.709 and less for BT.601.
_HIGH_DEFINITION = 720


@dataclasses.dataclass(frozen=True)
class Colours:
    """How colours are stored.

    Attributes:
      matrix: number of the luma-chroma matrix in swscale.
      range: 1 for limited (16 to 235 of 255), 2 for full.
      bit_depth: bits of the result, 8 or 10.
      tags: values of the encoder's attributes `colorspace`, `color_range`,
        `color_primaries` and `color_trc`.
    """

    matrix: int
    range: int
    bit_depth: int
    tags: dict[str, int]

    @property
    def pixel_format(self) -> str:
        return "yuv420p" if self.bit_depth == 8 else "yuv420p10le"

    @property
    def _array_format(self):
        return "rgb24" if self.bit_depth == 8 else "rgb48le"

    def to_rgb(self, frame: av.VideoFrame) -> np.ndarray:
        """Converts a decoded frame -> (height, width, 3) uint8, or uint16 for more than 8 bits."""
        rgb = frame.reformat(
            format=self._array_format,
            src_colorspace=self.matrix,
            src_color_range=self.range,
            dst_color_range=_FULL,
            interpolation=_INTERPOLATION,
            threads=1,
        )
        return rgb.to_ndarray()

    def from_rgb(self, pixels: np.ndarray) -> av.VideoFrame:
        """Converts back; 4:2:0, so the last row and column are repeated to even sizes."""
        sizes = zip(even_size(*pixels.shape[:2]), pixels.shape[:2], strict=True)
        added = [(0, even - odd) for even, odd in sizes]
        pixels = np.pad(pixels, (*added, (0, 0)), "edge")
        frame = av.VideoFrame.from_ndarray(pixels, self._array_format)
        stored = frame.reformat(
            format=self.pixel_format,
            dst_colorspace=self.matrix,
            dst_color_range=self.range,
            interpolation=_INTERPOLATION,
            threads=1,
        )
        # swscale knows one number for matrices of equal values; the tag keeps its own.
        stored.colorspace = self.tags["colorspace"]
        stored.color_range = self.tags["color_range"]
        return stored


def even_size(height: int, width: int) -> tuple[int, int]:
    """Gives the size of the picture that holds one of `height` x `width`: 4:2:0 halves both."""
    return height + height % 2, width + width % 2


def colours_of(frame: av.VideoFrame) -> Colours:
    """Finds the `Colours` of a decoded frame and of its restored one.

    Raises:
      InputError: for alpha, and for colours that no matrix describes.
    """
    layout = frame.format
    if any(component.is_alpha for component in layout.components):
        raise InputError(
            "the video has an alpha channel, which is not kept; expected one without. "
            "Use its frames as a folder of PNG files."
        )
    bits = max(component.bits for component in layout.components)
    tags = {
        "colorspace": int(frame.colorspace),
        "color_range": int(frame.color_range),
        "color_primaries": int(frame.color_primaries),
        "color_trc": int(frame.color_trc),
    }
    by_convention = _BT709 if frame.height >= _HIGH_DEFINITION else _BT601
    if layout.is_rgb or layout.has_palette:
        matrix = by_convention
        tags.update(colorspace=matrix, color_range=_LIMITED)
    elif tags["colorspace"] in (_UNSPECIFIED, _RGB):
        matrix = by_convention
    elif tags["colorspace"] in _MATRICES:
        matrix = _MATRICES[tags["colorspace"]]
    else:
        raise InputError(
            f"the video's colours are stored by matrix {tags['colorspace']} of ITU-T H.273; "
            f"expected one of {', '.join(map(str, _MATRICES))}. Convert it to BT.709 first."
        )
    if layout.name.startswith("yuvj"):  # FFmpeg's older way to say full range
        tags["color_range"] = _FULL
    is_full = tags["color_range"] == _FULL
    return Colours(matrix, _FULL if is_full else _LIMITED, 8 if bits <= 8 else 10, tags)
