"""Restoring an image tile by tile, in bounded memory and without seams.

Tiles overlap; across an overlap one fades into the next along half a cosine, so that
nothing jumps. Their corners lie on multiples of the networks' strides, so that a tile
is sampled where the whole image is. What remains of a seam is what a tile cannot see:
networks look further than an overlap, and a DMPHN cuts a tile into patches of its own.
`experiments/tiling.md` has the figures.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.inference.size_limits import MAX_SIDE, MIN_SIDE
from tfdeblur.ops.padding import padded_size

# Corners of tiles lie on multiples of this many pixels: the largest product of strides and
# patches of the networks' rows in the README.
GRID = 16

SMALLEST_TILE = 128
DEFAULT_OVERLAP = 128

# More would make the tiles of "auto" larger than their memory allows.
_MOST_OVERLAP = 512

# Bytes of working memory that "auto" allows one piece, and the tiles of what is larger. The
# machine's free memory plays no part: an image has the same result everywhere.
_ONE_PIECE_BYTES = 2.0e9
_TILE_BYTES = 1.0e9


@dataclasses.dataclass(frozen=True)
class Tiling:
    """When to cut an image into tiles, and how.

    Args:
      tile: longest side of a tile in pixels, at least 128; "auto": tiles of about 1 GB
        of working memory, where the image in one piece would take more than 2 GB;
        "none": one piece always.
      overlap: of neighbouring tiles, in pixels, from 16 to half the tile and to 512; None
        is 128, or half the tile if that is less.

    Raises:
      InputError: for other values.
    """

    tile: int | str = "auto"
    overlap: int | None = None

    def __post_init__(self) -> None:
        is_size = type(self.tile) is int and self.tile >= SMALLEST_TILE
        if not is_size and self.tile not in ("auto", "none"):
            raise InputError(
                f"Received tile {self.tile!r}; expected auto, none or a number of pixels from "
                f"{SMALLEST_TILE} on."
            )
        most = min(int(self.tile) // 2, _MOST_OVERLAP) if is_size else _MOST_OVERLAP
        if self.overlap is None:
            object.__setattr__(self, "overlap", min(DEFAULT_OVERLAP, most))
        elif type(self.overlap) is not int or not GRID <= self.overlap <= most:
            raise InputError(
                f"Received overlap {self.overlap!r}; expected {GRID} to {most} pixels, which is "
                f"half the tile or {_MOST_OVERLAP}."
            )

    def side_for(self, height: int, width: int, bytes_per_pixel: float) -> int | None:
        """Longest side of a tile of such an image in pixels, or None for one piece.

        `bytes_per_pixel` is the network's working memory.
        """
        if self.tile == "none":
            return None
        if self.tile == "auto":
            needed = height * width * bytes_per_pixel
            if needed <= _ONE_PIECE_BYTES and max(height, width) <= MAX_SIDE:
                return None
            side = max(math.isqrt(int(_TILE_BYTES / bytes_per_pixel)), 2 * int(self.overlap or 0))
        else:
            side = int(self.tile)
        # Too thin to restore it is whatever its pieces, and is refused as a whole.
        return side if max(height, width) > side and min(height, width) >= MIN_SIDE else None


def tile_spans(length: int, side: int, overlap: int) -> list[tuple[int, int]]:
    """Where tiles begin and end along one axis, as few and as equal as can be.

    Args:
      length: of the image, in pixels.
      side: longest tile.
      overlap: of neighbours, at most half of `side`.

    Returns:
      A list of (start, stop). Starts are multiples of `GRID`; each tile ends `overlap`
      pixels, rounded up to such a multiple, after the next one's start.
    """
    if length <= side:
        return [(0, length)]
    overlap = padded_size(overlap, GRID)
    longest_step = max(side // GRID * GRID - overlap, GRID)
    num_tiles = math.ceil((length - overlap) / longest_step)
    step = padded_size(math.ceil((length - overlap) / num_tiles), GRID)
    return [
        (start, min(start + step + overlap, length)) for start in range(0, length - overlap, step)
    ]


def restored_strips(
    restore_all: Callable[[Iterable[np.ndarray]], Iterable[np.ndarray]],
    image: np.ndarray,
    side: int,
    overlap: int,
) -> Iterator[np.ndarray]:
    """Restores `image` in tiles, from top to bottom.

    Args:
      restore_all: from an iterable of parts of `image` to an iterable of those parts
        restored, (height, width, channels) float32.
      image: (height, width[, channels]).
      side: longest side of a tile in pixels.
      overlap: of neighbouring tiles, in pixels.

    Yields:
      (rows, width, channels) float32: the restored image, strip after strip.
    """
    height, width = image.shape[:2]
    rows, columns = (tile_spans(length, side, overlap) for length in (height, width))
    overlap = padded_size(overlap, GRID)

    def strip(top: int, bottom: int) -> np.ndarray:
        tiles = restore_all(image[top:bottom, left:right] for left, right in columns)
        return np.concatenate(list(faded_together(tiles, overlap, axis=1)), axis=1)

    yield from faded_together((strip(*span) for span in rows), overlap, axis=0)


def faded_together(parts: Iterable[np.ndarray], overlap: int, axis: int) -> Iterator[np.ndarray]:
    """Blends arrays that overlap along an axis.

    Args:
      parts: arrays whose last `overlap` entries along `axis` show what the first ones of
        the next array show.
      overlap: entries.
      axis: 0 or 1.

    Yields:
      Arrays that concatenated along `axis` are the blend.
    """
    shape = [1, 1, 1]
    shape[axis] = overlap
    rising = (0.5 - 0.5 * np.cos(np.pi * (np.arange(overlap) + 0.5) / overlap)).reshape(shape)
    rising = rising.astype(np.float32)
    coming_parts = iter(parts)
    before = next(coming_parts)
    for part in coming_parts:
        kept, going = np.split(before, [-overlap], axis)
        coming, rest = np.split(part, [overlap], axis)
        yield kept
        before = np.concatenate([going + rising * (coming - going), rest], axis)
    yield before
