"""The training pipeline, on pairs whose pixels tell where they come from."""

import itertools
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tests.data.pairs import SIDE, origins, write_pairs
from tfdeblur.data import Mixture, evaluation_pairs, folder_pairs, pipeline, training_batches
from tfdeblur.data.augmentation import AUGMENTATIONS
from tfdeblur.data.pipeline import CropSettings
from tfdeblur.errors import InputError

SETTINGS = CropSettings(crop_size=8, crops_per_pair=3, pairs_per_block=2, seed=5)
ALL = CropSettings(
    crop_size=8,
    crops_per_pair=3,
    pairs_per_block=2,
    augmentations=("flip", "rotation", "saturation", "channel_shuffle"),
)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return folder_pairs(write_pairs(tmp_path_factory.mktemp("pairs"), num_pairs=8))


def take(source, num_batches, batch_size=4, settings=SETTINGS, **options):
    dataset = training_batches(source, batch_size, settings, **options)
    return list(dataset.take(num_batches).as_numpy_iterator())


def assert_same_batches(received, expected):
    assert len(received) == len(expected)
    for a, b in zip(received, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_crops_are_paired_windows_of_the_images(source):
    for batch in take(source, 12):
        assert batch[0].shape == (4, 8, 8, 3)
        assert batch[0].dtype == np.float32
        origins(batch)


def test_every_pair_is_visited_once_an_epoch_and_gives_the_stated_crops(source):
    """8 pairs, 3 crops each: an epoch is 24 crops, or 6 batches of 4, here 2 blocks of 3."""
    settings = CropSettings(crop_size=8, crops_per_pair=3, pairs_per_block=1)
    for first in (0, 6, 12):
        batches = take(source, 6, settings=settings, start_step=first)
        numbers = np.concatenate([origins(batch)[0] for batch in batches])
        assert Counter(numbers.tolist()) == dict.fromkeys(range(8), 3)


def test_epochs_have_orders_of_their_own(source):
    settings = CropSettings(crop_size=8, crops_per_pair=1, pairs_per_block=1)
    orders = [
        np.concatenate([origins(b)[0] for b in take(source, 2, settings=settings, start_step=s)])
        for s in (0, 2, 4)
    ]
    assert len({tuple(order) for order in orders}) == 3


def test_crops_of_one_pair_are_spread_over_batches_and_places(source):
    batches = take(source, SETTINGS.steps_per_block)
    found = [origins(batch) for batch in batches]
    for numbers, _, _ in found:
        assert len(set(numbers.tolist())) == 4, "the lanes of a batch hold different pairs"
    places = {tuple(place) for triple in found for place in zip(*triple, strict=True)}
    assert len(places) >= 4 * SETTINGS.steps_per_block - 1  # two may coincide by chance
    tops = np.concatenate([tops for _, tops, _ in found])
    assert tops.min() < 10
    assert tops.max() > SIDE - 8 - 10


def test_corners_reach_the_borders(tmp_path):
    """A crop of the image's own size fits exactly; one less has two places each way."""
    source = folder_pairs(write_pairs(tmp_path, num_pairs=2))
    whole = take(source, 2, 2, CropSettings(crop_size=SIDE, crops_per_pair=2, pairs_per_block=1))
    assert all(origins(batch)[1].tolist() == [0, 0] for batch in whole)
    settings = CropSettings(crop_size=SIDE - 1, crops_per_pair=8, pairs_per_block=1)
    tops = np.concatenate([origins(batch)[1] for batch in take(source, 8, 2, settings)])
    assert set(tops.tolist()) == {0, 1}


@pytest.mark.parametrize("settings", [SETTINGS, ALL], ids=["plain", "augmented"])
@pytest.mark.parametrize("start_step", [1, 6, 17])
def test_a_resumed_run_goes_on_with_the_same_batches(source, settings, start_step):
    batches = take(source, 20, settings=settings)
    resumed = take(source, 20 - start_step, settings=settings, start_step=start_step)
    assert_same_batches(resumed, batches[start_step:])


@pytest.mark.parametrize("num_workers", [2, 4])
def test_workers_share_the_batches_of_one(source, num_workers):
    batches = take(source, 14, settings=ALL)
    parts = [
        take(source, 14, settings=ALL, num_workers=num_workers, worker=worker)
        for worker in range(num_workers)
    ]
    joined = [
        tuple(np.concatenate(sides) for sides in zip(*of_step, strict=True))
        for of_step in zip(*parts, strict=True)
    ]
    assert_same_batches(joined, batches)


def test_tensorflows_global_seed_changes_nothing(source):
    batches = {}
    for global_seed in (1, 2):
        tf.random.set_seed(global_seed)
        batches[global_seed] = take(source, 8, settings=ALL)
    assert_same_batches(batches[1], batches[2])


def test_seeds_differ(source):
    other = CropSettings(crop_size=8, crops_per_pair=3, pairs_per_block=2, seed=6)
    assert not np.array_equal(take(source, 1)[0][0], take(source, 1, settings=other)[0][0])


def test_grayscale_gives_one_channel(source):
    settings = CropSettings(crop_size=8, augmentations=("grayscale",))
    [(blur, sharp)] = take(source, 1, settings=settings)
    assert blur.shape == sharp.shape == (4, 8, 8, 1)


def test_evaluation_gives_whole_pairs_in_order(source):
    pairs = list(evaluation_pairs(source).as_numpy_iterator())
    assert [pair["name"].decode() for pair in pairs] == [f"clip/{n:03d}" for n in range(8)]
    for number, pair in enumerate(pairs):
        assert pair["blur"].dtype == np.uint8
        assert np.all(pair["blur"][..., 0] == number)
        np.testing.assert_array_equal(pair["sharp"], 255 - pair["blur"])


def test_images_smaller_than_a_crop_are_named(source):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"at least 49 .*clip/00"):
        take(source, 1, settings=CropSettings(crop_size=SIDE + 1))


def test_bad_settings_are_refused(source):
    with pytest.raises(InputError, match="batch of 4 for 3 workers; expected a multiple"):
        training_batches(source, 4, num_workers=3)
    with pytest.raises(InputError, match=f"blend; expected some of {', '.join(AUGMENTATIONS)}"):
        training_batches(source, 4, CropSettings(augmentations=("blend",)))


@pytest.fixture(scope="module")
def mixture(tmp_path_factory):
    """Pairs 0 to 5 in one folder, and 0 to 1 in another where they are named clip/000 and 001."""
    sources = [
        folder_pairs(write_pairs(tmp_path_factory.mktemp("mixed"), num_pairs=n)) for n in (6, 2)
    ]
    return Mixture(sources)


def test_a_mixture_draws_in_proportion_and_resumes(mixture):
    settings = CropSettings(crop_size=8, crops_per_pair=1, pairs_per_block=1)
    batches = take(mixture, 200, settings=settings)
    numbers = np.concatenate([origins(batch)[0] for batch in batches])
    # Pairs 0 and 1 are in both sources: each of the 8 pairs is drawn equally often.
    assert np.mean(numbers < 2) == pytest.approx(4 / 8, abs=0.06)
    assert_same_batches(take(mixture, 20, settings=settings, start_step=180), batches[180:])


def test_places_of_crops_do_not_depend_on_the_source(mixture):
    settings = CropSettings(crop_size=8, crops_per_pair=1, pairs_per_block=1)
    found = [origins(batch) for batch in take(mixture, 150, settings=settings)]
    numbers, tops, _ = (np.concatenate(values) for values in zip(*found, strict=True))
    # Pairs 2 to 5 are in the first source only, 0 and 1 in both.
    assert abs(np.corrcoef(numbers >= 2, tops)[0, 1]) < 0.15


def test_mixture_weights(mixture):
    only_second = Mixture(mixture.sources, weights=[1e-9, 1])
    batches = take(only_second, 10)
    assert set(itertools.chain(*(origins(batch)[0].tolist() for batch in batches))) == {0, 1}
    for weights in ([1], [1, 0], [1, 2, 3]):
        with pytest.raises(InputError, match="expected one positive number for each"):
            Mixture(mixture.sources, weights)


@pytest.mark.properties
@given(
    size=st.integers(1, 40),
    room=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    count=st.integers(1, 4),
    seed=st.integers(0, 2**31 - 1),
    visit=st.integers(0, 2**40),
)
def test_crops_lie_in_the_image_at_one_place_in_both(size, room, count, seed, visit):
    height, width = size + room[0], size + room[1]
    rows, columns = np.mgrid[:height, :width].astype(np.uint8)
    blur = np.stack([np.full_like(rows, 7), rows, columns], axis=-1)
    settings = CropSettings(crop_size=size, crops_per_pair=count, seed=seed)
    pair = {"blur": blur, "sharp": 255 - blur, "name": "a"}
    windows = np.asarray(pipeline._random_crops(pair, settings, tf.constant(visit)))
    assert windows.shape == (2, count, size, size, 3)
    np.testing.assert_array_equal(windows[0] + windows[1], 255)
    for window in windows[0]:
        _, top, left = window[0, 0]
        assert top <= room[0]
        assert left <= room[1]
        np.testing.assert_array_equal(window, blur[top : top + size, left : left + size])
