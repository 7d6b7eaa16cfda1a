"""Trajectories: where they start, how far they reach, what lies between their points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdeblur.synthesis.trajectory import interpolate, largest_distance, random_trajectory


@pytest.mark.parametrize("num_sub_frames", [3, 7, 13])
def test_rests_in_the_middle_and_reaches_as_far_as_asked(rng, num_sub_frames):
    points = random_trajectory(rng, num_sub_frames, extent=23)
    assert points.shape == (num_sub_frames, 2)
    np.testing.assert_array_equal(points[num_sub_frames // 2], [0, 0])
    farthest = max(np.hypot(*(a - b)) for a in points for b in points)
    assert farthest == pytest.approx(23)


def test_without_extent_nothing_moves(rng):
    assert not random_trajectory(rng, 7, extent=0).any()


def test_inertia_straightens():
    def straightness(inertia):
        """Distance from end to end over the length of the way, mean of 200."""
        ratios = []
        for seed in range(200):
            points = random_trajectory(np.random.default_rng(seed), 13, 10, inertia)
            way = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
            ratios.append(np.linalg.norm(points[-1] - points[0]) / way)
        return np.mean(ratios)

    assert straightness(1) == pytest.approx(1)
    assert straightness(0.9) > straightness(0.5) + 0.1 > straightness(0) + 0.2


def test_same_seed_same_trajectory():
    one, same, other = (random_trajectory(np.random.default_rng(seed), 9, 10) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1


def test_refuses_bad_arguments(rng):
    for num_sub_frames in (1, 8):
        with pytest.raises(ValueError, match="odd"):
            random_trajectory(rng, num_sub_frames, 10)
    for arguments in ({"extent": -1}, {"extent": 1, "inertia": 1.5}):
        with pytest.raises(ValueError, match="inertia in"):
            random_trajectory(rng, 7, **arguments)


def test_curve_passes_through_its_points(rng):
    values = rng.normal(size=(7, 3))
    np.testing.assert_allclose(interpolate(values, 7), values, atol=1e-12)
    np.testing.assert_allclose(interpolate(values, 61)[::10], values, atol=1e-12)


def test_curve_keeps_a_straight_line_straight():
    line = np.linspace([0, 0], [12, -6], 7)
    np.testing.assert_allclose(interpolate(line, 25), np.linspace([0, 0], [12, -6], 25), atol=1e-12)


def test_curve_has_no_corners(rng):
    speed = np.diff(interpolate(rng.normal(size=(7, 2)), 6001), axis=0) * 1000
    # A polygon would turn by the whole change of velocity within one step.
    assert np.abs(np.diff(speed, axis=0)).max() < 0.05


def test_largest_distance():
    assert largest_distance(np.array([[0, 0], [3, 4], [1, 1]])) == 5


@pytest.mark.properties
@given(
    num_sub_frames=st.integers(1, 8).map(lambda n: 2 * n + 1),
    extent=st.floats(0, 1000),
    inertia=st.floats(0, 1),
    num_positions=st.integers(2, 60),
    seed=st.integers(0, 2**32),
)
def test_reaches_as_far_as_asked_and_no_curve_goes_much_beyond(
    num_sub_frames, extent, inertia, num_positions, seed
):
    points = random_trajectory(np.random.default_rng(seed), num_sub_frames, extent, inertia)
    farthest = max(np.hypot(*(a - b)) for a in points for b in points)
    assert farthest == pytest.approx(extent, rel=1e-9, abs=1e-12)
    np.testing.assert_array_equal(points[num_sub_frames // 2], [0, 0])
    curve = interpolate(points, num_positions)
    np.testing.assert_allclose(curve[[0, -1]], points[[0, -1]], atol=1e-9 * (1 + extent))
    # The weights of a Catmull-Rom spline sum to 1, their magnitudes to at most 1.25.
    assert np.abs(curve).max() <= 1.25 * extent + 1e-9
