"""Images worth looking at: which ones, and where in them."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from tfdeblur.data import PairSource
from tfdeblur.evaluation.pairs import read_pairs
from tfdeblur.evaluation.scores import ImageScores
from tfdeblur.images.photo import eight_bit_rgb
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.ops.image_range import to_unit_range

CROP_SIDE = 128

# Errors are compared over windows of this side: single pixels are noise.
_WINDOW_SIDE = 48


@dataclasses.dataclass(frozen=True)
class Example:
    """One image, three times: uint8 (height, width, 3) each.

    Attributes:
      kind: "worst", "median" or "best".
      row: its results, as in the journal.
    """

    kind: str
    row: dict[str, Any]
    blur: np.ndarray
    restored: np.ndarray
    sharp: np.ndarray

    def crops(self) -> dict[str, tuple[np.ndarray, ...]]:
        """{title: (blur, restored, sharp)}, parts of at most `CROP_SIDE` pixels a side.

        Where restoring reduced the squared error the most, and where the most of
        it is left.
        """
        before, after = (_error(image, self.sharp) for image in (self.blur, self.restored))
        places = {"largest improvement": before - after, "largest remaining error": after}
        return {title: self._around(_largest(value)) for title, value in places.items()}

    def _around(self, centre: tuple[int, ...]) -> tuple[np.ndarray, ...]:
        ends = zip(centre, self.sharp.shape, strict=False)
        place = tuple(_window(at, length) for at, length in ends)
        return tuple(image[place] for image in (self.blur, self.restored, self.sharp))


def choose(rows: list[dict[str, Any]], most: int = 3) -> list[tuple[str, dict[str, Any]]]:
    """[(kind, row)] of at most `most` of each kind by PSNR, none twice, worst first."""
    ranked = sorted(rows, key=lambda row: (row["psnr_db"], row["position"]))
    count = min(most, max(1, len(ranked) // 3))
    worst, rest = ranked[:count], ranked[count:]
    best = rest[-count:][::-1]
    middle = rest[: len(rest) - len(best)]
    begin = (len(middle) - count + 1) // 2
    median = middle[begin : begin + count]
    kinds = (("worst", worst), ("median", median), ("best", best))
    return [(kind, row) for kind, chosen in kinds for row in chosen]


def restore_examples(
    deblurrer: Deblurrer,
    source: PairSource,
    quantisation: str,
    chosen: list[tuple[str, dict[str, Any]]],
) -> Iterator[Example]:
    """Yields the `Example` of every (kind, row) in `chosen`, in the order of the dataset."""
    scores = ImageScores(quantisation)
    by_position = {row["position"]: (kind, row) for kind, row in chosen}
    positions = sorted(by_position)
    for position, pair in zip(positions, read_pairs(source, positions), strict=True):
        restored = deblurrer.restore(to_unit_range(pair["blur"][None]))
        kind, row = by_position[position]
        blur, sharp = (eight_bit_rgb(pair[side]) for side in ("blur", "sharp"))
        yield Example(kind, row, blur, scores.quantised(restored), sharp)


def _error(image: np.ndarray, sharp: np.ndarray) -> np.ndarray:
    squares = (image.astype(np.float32) - sharp) ** 2
    window = tuple(min(_WINDOW_SIDE, side) for side in sharp.shape[1::-1])
    return cv2.blur(squares.mean(axis=-1), window, borderType=cv2.BORDER_REFLECT)


def _largest(values: np.ndarray) -> tuple[int, ...]:
    return tuple(map(int, np.unravel_index(np.argmax(values), values.shape)))


def _window(centre: int, length: int) -> slice:
    begin = int(np.clip(centre - CROP_SIDE // 2, 0, max(length - CROP_SIDE, 0)))
    return slice(begin, begin + CROP_SIDE)
