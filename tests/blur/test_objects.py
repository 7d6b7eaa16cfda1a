"""Outlines and pieces of photographs that become objects."""

import cv2
import numpy as np
import pytest

from tfdeblur.blur.objects import random_outline, random_piece


@pytest.mark.parametrize("diameter", [8, 33, 120])
def test_outlines(diameter):
    outlines = [random_outline(np.random.default_rng(seed), diameter) for seed in range(10)]
    for outline in outlines:
        assert outline.shape == (diameter, diameter)
        assert outline.min() == 0
        assert outline.max() == 1
        # Nothing at the border, where interpolation would cut it off.
        assert not outline[[0, -1]].any()
        assert not outline[:, [0, -1]].any()
        # One piece, of a size worth the name.
        num_labels, _ = cv2.connectedComponents((outline > 0.5).astype(np.uint8))
        assert num_labels == 2
        assert outline.mean() > 0.1
        # Soft edges: some pixels are partly covered.
        assert ((outline > 0.1) & (outline < 0.9)).any()
    assert len({outline.tobytes() for outline in outlines}) == 10


def test_pieces_are_windows(rng):
    photograph = np.arange(12 * 15, dtype=np.uint8).reshape(12, 15, 1)
    piece = random_piece(rng, photograph, (5, 6))[..., 0]
    y, x = divmod(int(piece[0, 0]), 15)
    np.testing.assert_array_equal(piece, photograph[y : y + 5, x : x + 6, 0])


def test_small_photographs_are_mirrored(rng):
    photograph = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    piece = random_piece(rng, photograph, (4, 3))[..., 0]
    np.testing.assert_array_equal(piece, [[0, 1, 2], [3, 4, 5], [3, 4, 5], [0, 1, 2]])
