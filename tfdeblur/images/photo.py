"""A picture together with everything of its file that must survive restoration."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Photo:
    """An upright picture and what belongs to it.

    Attributes:
      pixels: (height, width, channels), uint8 or uint16, gray (1) or RGB (3).
      alpha: (height, width, 1) of the same dtype, or None.
      icc_profile: the embedded colour profile, or None.
      exif: EXIF block whose orientation says upright, beginning with "Exif", or None.
      xmp: XMP packet of the same, or None.
      png_chunks: (kind, content) of further chunks of a PNG file: what its values mean as
        colors and light, its resolution, text.
      lost: what of the file could not be kept, in words.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    icc_profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    png_chunks: tuple[tuple[bytes, bytes], ...] = ()
    lost: tuple[str, ...] = ()

    def with_alpha(self):
        """The pixels with the alpha channel appended, if there is one."""
        return self.pixels if self.alpha is None else np.dstack([self.pixels, self.alpha])

    def replace_pixels(self, pixels):
        """The same photo with other pixels of the same shape and dtype."""
        return dataclasses.replace(self, pixels=pixels)


def eight_bit_rgb(pixels):
    """(height, width, 1 or 3), uint8 or uint16 -> (height, width, 3) uint8: to be looked at."""
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    return pixels if pixels.shape[-1] == 3 else np.repeat(pixels, 3, axis=-1)
