"""Augmentations: the same for both images, what they should be, and seeded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdeblur.data import augmentation
from tfdeblur.data.augmentation import AUGMENTATIONS

SEEDS = [(1, step) for step in range(40)]


@pytest.fixture
def pair(rng):
    blur = rng.random((6, 6, 3), np.float32)
    return blur, 1 - blur


def outcomes(function, pair):
    return [tuple(np.asarray(side) for side in function(*pair, seed)) for seed in SEEDS]


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_same_seed_same_outcome(name, pair):
    for first, second in zip(
        outcomes(AUGMENTATIONS[name], pair), outcomes(AUGMENTATIONS[name], pair), strict=True
    ):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", ["flip", "rotation", "channel_shuffle"])
def test_both_images_are_changed_alike(name, pair):
    for blur, sharp in outcomes(AUGMENTATIONS[name], pair):
        np.testing.assert_allclose(blur + sharp, 1, atol=1e-6)


@pytest.mark.parametrize(
    ("function", "possible"),
    [
        (augmentation.random_flip, lambda x: [x, x[:, ::-1]]),
        (augmentation.random_rotation, lambda x: [np.rot90(x, k) for k in range(4)]),
        (
            augmentation.random_channel_shuffle,
            lambda x: [
                x[..., list(order)]
                for order in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
            ],
        ),
    ],
)
def test_every_possible_outcome_and_no_other_occurs(function, possible, pair):
    expected = [x.tobytes() for x in map(np.ascontiguousarray, possible(pair[0]))]
    seen = {np.ascontiguousarray(blur).tobytes() for blur, _ in outcomes(function, pair)}
    assert seen == set(expected)


def test_saturation_keeps_the_gray_value_and_its_range(pair):
    mild = tuple(0.4 + 0.2 * side for side in pair)  # nothing is clipped
    weights = np.array([0.2989, 0.587, 0.114])
    factors = []
    for blur, sharp in outcomes(augmentation.random_saturation, mild):
        gray = mild[0] @ weights
        factor = (blur - gray[..., None]) / (mild[0] - gray[..., None])
        factors.append(np.median(factor))
        expected = factors[-1] * mild[1] + (1 - factors[-1]) * (mild[1] @ weights)[..., None]
        np.testing.assert_allclose(sharp, expected, atol=1e-4)
    assert 0.8 <= min(factors) < 0.85
    assert 1.15 < max(factors) <= 1.2


def test_grayscale_is_the_weighted_mean(pair):
    blur, _ = AUGMENTATIONS["grayscale"](*pair, (0, 0))
    np.testing.assert_allclose(blur[..., 0], pair[0] @ [0.2989, 0.587, 0.114], atol=1e-6)


@pytest.mark.properties
@given(
    name=st.sampled_from(["flip", "rotation", "channel_shuffle"]),
    side=st.integers(1, 12),
    seed=st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)),
)
def test_both_images_are_rearranged_alike_and_can_be_put_back(name, side, seed):
    values = np.random.default_rng(seed).random((side, side, 3), np.float32)
    places = np.arange(values.size, dtype=np.float32).reshape(values.shape)
    changed, moved = (np.asarray(x) for x in AUGMENTATIONS[name](values, places, seed))
    # Where each value came from: all places, each once, so that nothing is lost or made up.
    came_from = moved.astype(int).ravel()
    assert sorted(came_from) == list(range(values.size))
    np.testing.assert_array_equal(changed.ravel(), values.ravel()[came_from])
    put_back = np.empty(values.size, np.float32)
    put_back[came_from] = changed.ravel()
    np.testing.assert_array_equal(put_back.reshape(values.shape), values)


@pytest.mark.properties
@given(
    content=st.sampled_from(["random", "black", "white", "gray", "red"]),
    seed=st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)),
)
def test_one_factor_of_saturation_explains_both_images(content, seed):
    flat = {"black": [0, 0, 0], "white": [1, 1, 1], "gray": [0.5] * 3, "red": [1, 0, 0]}
    image = np.random.default_rng(seed).random((5, 5, 3), np.float32)
    if content != "random":
        image = np.broadcast_to(np.float32(flat[content]), (5, 5, 3))
    # Green that nothing clips, which tells the factor.
    probe = np.broadcast_to(np.float32([0.4, 0.6, 0.4]), (5, 5, 3))
    changed, of_probe = (np.asarray(x) for x in AUGMENTATIONS["saturation"](image, probe, seed))
    factor = float(of_probe[0, 0, 1] - of_probe[0, 0, 0]) / 0.2
    assert 0.8 - 1e-5 <= factor <= 1.2 + 1e-5
    gray = image.astype(np.float64) @ [0.2989, 0.587, 0.114]
    expected = (factor * image + (1 - factor) * gray[..., None]).clip(0, 1)
    np.testing.assert_allclose(changed, expected, atol=1e-5)
    if content in ("black", "white", "gray"):
        np.testing.assert_allclose(changed, image, atol=1e-4)
