"""Augmentations: the same for both images, what they should be, and seeded."""

import numpy as np
import pytest

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
