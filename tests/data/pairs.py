"""Pairs whose pixels tell which pair and which place they come from."""

import cv2
import numpy as np

SIDE = 48


def telling_pair(number):
    """(SIDE, SIDE, 3) blurred, with channels number, row, column; sharp is its negative."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    blurred = np.stack([np.full_like(rows, number), rows, columns], axis=-1).astype(np.uint8)
    return blurred, 255 - blurred


def write_pairs(root, num_pairs, sides=("input", "target")):
    """Writes `num_pairs` telling pairs as PNG; returns `root`."""
    for side, index in zip(sides, (0, 1), strict=True):
        folder = root / side / "clip"
        folder.mkdir(parents=True)
        for number in range(num_pairs):
            image = telling_pair(number)[index]
            assert cv2.imwrite(str(folder / f"{number:03d}.png"), image[..., ::-1])
    return root


def origins(batch):
    """(numbers, tops, lefts) of the crops in a batch (blur, sharp), checking the pairing."""
    blur, sharp = (np.round(np.asarray(side) * 255).astype(int) for side in batch)
    np.testing.assert_array_equal(blur + sharp, 255)
    corners = blur[:, 0, 0]
    size = blur.shape[1]
    for crop, (number, top, left) in zip(blur, corners, strict=True):
        expected = telling_pair(number)[0][top : top + size, left : left + size]
        np.testing.assert_array_equal(crop, expected)
    return corners[:, 0], corners[:, 1], corners[:, 2]
