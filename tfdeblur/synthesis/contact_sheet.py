"""A picture to look at: pairs of a data set, blurred and sharp side by side."""

import cv2
import numpy as np

from tfdeblur.images.photo import eight_bit_rgb

_CAPTION_HEIGHT = 16
_GAP = 4


def contact_sheet(pairs, thumbnail_width=320, pairs_per_row=2):
    """All `pairs` on one image.

    Args:
      pairs: list of (caption, blurred, sharp), at least one; images are (height, width, 1 or 3)
        uint8 or uint16 of any size.

    Returns:
      (height, width, 3) uint8.
    """
    cells = [_cell(caption, blurred, sharp, thumbnail_width) for caption, blurred, sharp in pairs]
    height = max(len(cell) for cell in cells)
    cells = [np.pad(cell, [(0, height - len(cell)), (0, 0), (0, 0)]) for cell in cells]
    cells += [np.zeros_like(cells[0])] * (-len(cells) % pairs_per_row)
    rows = [np.hstack(cells[i : i + pairs_per_row]) for i in range(0, len(cells), pairs_per_row)]
    return np.vstack(rows)


def spread(items, most):
    """At most `most` of `items`, evenly spread from the first to the last."""
    if len(items) <= most:
        return list(items)
    return [items[round(i)] for i in np.linspace(0, len(items) - 1, most)]


def _cell(caption, blurred, sharp, width):
    images = np.hstack([_thumbnail(blurred, width), _thumbnail(sharp, width)])
    header = np.zeros((_CAPTION_HEIGHT, images.shape[1], 3), np.uint8)
    cv2.putText(header, caption, (2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255), 1)
    return np.pad(np.vstack([header, images]), [(0, _GAP), (0, _GAP), (0, 0)])


def _thumbnail(image, width):
    height = max(1, round(width * image.shape[0] / image.shape[1]))
    method = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_CUBIC
    return cv2.resize(eight_bit_rgb(image), (width, height), interpolation=method)
