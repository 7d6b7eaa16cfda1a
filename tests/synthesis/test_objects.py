"""Outlines and pieces of photographs that become objects."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdeblur.synthesis.objects import random_nearness, random_outline, random_piece


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


@pytest.mark.properties
@given(diameter=st.integers(8, 150), seed=st.integers(0, 2**32))
def test_any_outline_is_an_opacity_with_an_empty_border(diameter, seed):
    outline = random_outline(np.random.default_rng(seed), diameter)
    assert outline.shape == (diameter, diameter)
    assert 0 <= outline.min() <= outline.max() <= 1
    border = np.ones_like(outline, bool)
    border[1:-1, 1:-1] = False
    assert not outline[border].any()
    assert outline.any()


@pytest.mark.properties
@given(
    there=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    wanted=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    seed=st.integers(0, 2**32),
)
def test_any_piece_is_cut_from_the_photograph_and_its_mirror_image(there, wanted, seed):
    photograph = np.arange(there[0] * there[1]).reshape(*there, 1)
    piece = random_piece(np.random.default_rng(seed), photograph, wanted)
    assert piece.shape == (*wanted, 1)
    # Neighbours in the piece are neighbours in the photograph, or the same at its border.
    rows, columns = np.divmod(piece[..., 0], there[1])
    assert (np.abs(np.diff(rows, axis=0)) <= 1).all()
    assert (np.abs(np.diff(columns, axis=1)) <= 1).all()
    assert not np.diff(rows, axis=1).any()
    assert not np.diff(columns, axis=0).any()


@pytest.mark.parametrize("variation", [0, 0.5, 1])
def test_nearness_is_smooth_and_spans_the_variation(variation):
    fields = [
        random_nearness(np.random.default_rng(seed), (96, 128), variation) for seed in range(5)
    ]
    for field in fields:
        assert field.shape == (96, 128)
        assert field.dtype == np.float32
        assert field.min() == pytest.approx(2**-variation, rel=1e-4)
        assert field.max() == pytest.approx(2**variation, rel=1e-4)
        # No step from one pixel to the next that would tear what is seen.
        assert max(np.abs(np.diff(field, axis=axis)).max() for axis in (0, 1)) <= 0.1 * variation
    assert len({field.tobytes() for field in fields}) == (5 if variation else 1)
