"""Whole pairs: repeatable, unmoved where nothing moves, and as the settings say."""

import dataclasses

import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from tfdeblur.synthesis.sensor import sharpened
from tfdeblur.synthesis.synthesis import (
    MotionSettings,
    SensorSettings,
    random_scene,
    synthesize_pair,
)
from tfdeblur.synthesis.trajectory import largest_distance

SIZE = (64, 72)
STILL = MotionSettings(
    camera_extent_px=(0, 0),
    max_rotation_degrees=0,
    object_extent_px=(0, 0),
    num_objects=(0, 0),
)
CLEAN = SensorSettings(highlight_gain=(1, 1), shot_noise=(1e-12, 1e-12), read_noise=(1e-9, 1e-9))


@pytest.fixture(scope="module")
def photograph():
    return skimage.data.coffee()


def pair(photograph, seed=0, **kwargs):
    return synthesize_pair(np.random.default_rng(seed), photograph, SIZE, **kwargs)


def psnr_db(blur, sharp):
    return -10 * np.log10(np.mean((blur / 255 - sharp / 255) ** 2))


def test_same_seed_same_bytes(photograph):
    one, same, other = (pair(photograph, seed) for seed in (1, 1, 2))
    for image, repeated, different in zip(one, same, other, strict=True):
        assert image.shape == (*SIZE, 3)
        assert image.dtype == np.uint8
        np.testing.assert_array_equal(image, repeated)
        assert (image != different).mean() > 0.5


def test_still_scene_is_a_window_of_the_photograph(photograph):
    blur, sharp = pair(photograph, motion=STILL, sensor=CLEAN)
    np.testing.assert_array_equal(blur, sharp)
    windows = np.lib.stride_tricks.sliding_window_view(photograph[..., 1], SIZE)
    rows, columns = np.nonzero(windows[:, :, 0, 0] == sharp[0, 0, 1])
    assert any((windows[y, x] == sharp[..., 1]).all() for y, x in zip(rows, columns, strict=True))


def test_turning_objects_move_in_a_scene_that_does_not(photograph):
    motion = dataclasses.replace(STILL, num_objects=(3, 3), object_extent_px=(10, 10))
    blur, sharp = pair(photograph, motion=motion, sensor=CLEAN)
    moved = (blur != sharp).any(axis=-1)
    assert 0.05 < moved.mean() < 0.95


def test_noise_is_in_the_blurred_image_alone(photograph):
    noisy = dataclasses.replace(CLEAN, read_noise=(0.01, 0.01), response="linear")
    blur, sharp = pair(photograph, motion=STILL, sensor=noisy)
    _, clean = pair(photograph, motion=STILL, sensor=dataclasses.replace(CLEAN, response="linear"))
    np.testing.assert_array_equal(sharp, clean)
    difference = (blur.astype(float) - sharp)[(sharp > 10) & (sharp < 245)]
    assert difference.std() == pytest.approx(0.01 * 255, rel=0.05)


def test_longer_shake_blurs_more(photograph):
    psnrs_db = []
    for extent in (2, 8, 32):
        motion = dataclasses.replace(STILL, camera_extent_px=(extent, extent))
        pairs = (pair(photograph, seed, motion=motion, sensor=CLEAN) for seed in range(4))
        psnrs_db.append(np.mean([psnr_db(*images) for images in pairs]))
    assert psnrs_db[0] > psnrs_db[1] + 2 > psnrs_db[2] + 4


def test_lamps_leave_white_streaks():
    """With light above white the streak of a point stays saturated."""
    lamp = np.zeros((96, 96, 3), np.uint8)
    lamp[40:56, 40:56] = 255
    motion = dataclasses.replace(STILL, camera_extent_px=(24, 24))
    saturated = []
    for gain in (1, 8):
        sensor = dataclasses.replace(CLEAN, highlight_gain=(gain, gain))
        blur, _ = synthesize_pair(
            np.random.default_rng(3), lamp, (96, 96), motion=motion, sensor=sensor
        )
        saturated.append((blur == 255).mean())
    assert saturated[1] > 2 * saturated[0]


def test_jpeg_is_for_the_blurred_image_alone(photograph):
    compressed = dataclasses.replace(CLEAN, jpeg_quality=(30, 30))
    blur, sharp = pair(photograph, motion=STILL, sensor=compressed)
    _, clean = pair(photograph, motion=STILL, sensor=CLEAN)
    np.testing.assert_array_equal(sharp, clean)
    assert (blur != sharp).mean() > 0.5


def test_refuses_what_it_cannot_use(photograph):
    with pytest.raises(ValueError, match=r"40x600 pixels; expected at least 64x72"):
        pair(photograph[:40])
    for wrong in (photograph[..., 0], photograph / 255):
        with pytest.raises(ValueError, match=r"expected \(height, width, 3\) and uint8"):
            pair(wrong)
    with pytest.raises(ValueError, match="odd number in between"):
        pair(photograph, motion=MotionSettings(num_sub_frames=(8, 8)))


@pytest.mark.properties
@given(
    sides=st.tuples(st.integers(8, 40), st.integers(8, 40)),
    room=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    content=st.sampled_from(["random", "black", "white"]),
    motion=st.builds(
        MotionSettings,
        camera_extent_px=st.floats(0, 30).map(lambda most: (0, most)),
        max_rotation_degrees=st.floats(0, 5),
        num_objects=st.integers(0, 3).map(lambda most: (0, most)),
        object_extent_px=st.floats(0, 30).map(lambda most: (0, most)),
    ),
    jpeg_quality=st.none() | st.integers(1, 100).map(lambda least: (least, 100)),
    seed=st.integers(0, 2**32),
)
def test_any_settings_give_a_pair_of_images(sides, room, content, motion, jpeg_quality, seed):
    rng = np.random.default_rng(seed)
    shape = (sides[0] + room[0], sides[1] + room[1], 3)
    content = {"black": [0], "white": [255]}.get(content, range(256))
    photograph = rng.choice(np.array(content, np.uint8), shape)
    sensor = dataclasses.replace(CLEAN, jpeg_quality=jpeg_quality)
    blur, sharp = synthesize_pair(rng, photograph, sides, motion=motion, sensor=sensor)
    for image in (blur, sharp):
        assert image.shape == (*sides, 3)
        assert image.dtype == np.uint8
    if len(content) == 1 and motion.num_objects[1] == 0:
        np.testing.assert_array_equal(sharp, photograph[: sides[0], : sides[1]])
        # JPEG rounds even the mean of a block, eightfold, to steps of up to 255.
        tolerance = 0 if jpeg_quality is None else 255 / 2 / 8
        np.testing.assert_allclose(blur.astype(int), sharp, atol=tolerance)


def test_pairs_take_turns_with_the_responses():
    """Half black, half white is stored as 127 by one and as 186 by the other."""
    fine = (np.indices((128, 128)).sum(axis=0) % 4 // 2 * 255).astype(np.uint8)
    motion = dataclasses.replace(STILL, camera_extent_px=(16, 16), inertia=(1, 1))
    sensor = dataclasses.replace(CLEAN, response=("linear", "gamma2.2"))
    means = [
        pair(np.dstack([fine] * 3), seed, motion=motion, sensor=sensor)[0].mean()
        for seed in range(8)
    ]
    assert {round(mean / 20) for mean in means} == {round(127 / 20), round(186 / 20)}


def test_some_pairs_are_compressed(photograph):
    """JPEG works on blocks of 8x8, which a still picture stored without loss does not show."""

    def compressed(probability):
        sensor = dataclasses.replace(CLEAN, jpeg_quality=(30, 30), jpeg_probability=probability)
        pairs = [pair(photograph, seed, motion=STILL, sensor=sensor) for seed in range(12)]
        return sum((blur != sharp).any() for blur, sharp in pairs)

    assert compressed(0) == 0
    assert 0 < compressed(0.5) < 12
    assert compressed(1) == 12


def test_inertia_one_is_a_straight_line():
    """The blurred image lies around the sharp one, as an exposure too short to turn in has it."""
    stripes = np.zeros((128, 128, 3), np.uint8)
    stripes[:, 64] = 255
    motion = dataclasses.replace(STILL, camera_extent_px=(12, 12), inertia=(1, 1))
    linear = dataclasses.replace(CLEAN, response="linear")
    for seed in range(5):
        blur, sharp = pair(stripes, seed, motion=motion, sensor=linear)
        columns = np.arange(SIZE[1])
        if sharp.any() and blur[:, [0, -1]].sum() == 0:
            centres = [(image.sum((0, 2)) * columns).sum() / image.sum() for image in (blur, sharp)]
            assert centres[0] == pytest.approx(centres[1], abs=0.3)


# Means of thirds and halves of the pairs of seed 1, blurred and sharp, summed over the channels,
# as they were before settings for depth, stillness, softness and sharpening were added.
@pytest.mark.parametrize(
    ("motion", "sensor", "means"),
    [
        (
            MotionSettings(),
            SensorSettings(),
            [[456, 467, 489, 483, 519, 547], [453, 463, 487, 482, 518, 543]],
        ),
        (
            MotionSettings(camera_extent_px=(3, 8), max_rotation_degrees=0.2, num_objects=(0, 0)),
            SensorSettings(highlight_gain=(1, 1), shot_noise=(1e-7, 1e-6), read_noise=(1e-5, 1e-4)),
            [[457, 468, 489, 484, 520, 546], [453, 463, 487, 482, 518, 543]],
        ),
        (
            MotionSettings(),
            SensorSettings(jpeg_quality=(30, 90)),
            [[456, 467, 489, 483, 520, 547], [453, 463, 487, 482, 518, 543]],
        ),
    ],
    ids=["default", "short_shake", "jpeg"],
)
def test_older_settings_draw_what_they_drew(photograph, motion, sensor, means):
    """One number more that is drawn anywhere gives another window, path or object."""
    for image, expected in zip(
        pair(photograph, 1, motion=motion, sensor=sensor), means, strict=True
    ):
        parts = image.reshape(2, 32, 3, 24, 3).mean((1, 3)).sum(-1).ravel()
        # Other releases of OpenCV may round otherwise.
        np.testing.assert_allclose(parts, expected, atol=1.5)


def difference(blur, sharp):
    """Root mean square, in gray levels."""
    return np.sqrt(np.mean((blur.astype(float) - sharp) ** 2))


def test_still_pairs_are_equal_up_to_noise(photograph):
    """In half of them nothing moves, in the others a tenth as far; none has objects."""
    motion = MotionSettings(camera_extent_px=(20, 20), num_objects=(2, 2), still_probability=1)
    linear = dataclasses.replace(CLEAN, response="linear")
    noisy = dataclasses.replace(linear, read_noise=(0.01, 0.01))
    num_equal = 0
    for seed in range(12):
        blur, sharp = pair(photograph, seed, motion=motion, sensor=linear)
        rng = np.random.default_rng(seed)
        scene = random_scene(rng, photograph, [], SIZE, motion, np.float32)
        assert scene.objects == []
        assert largest_distance(scene.background.path[:, :2]) <= 2
        if (blur == sharp).all():
            num_equal += 1
            blur, sharp = pair(photograph, seed, motion=motion, sensor=noisy)
            unclipped = (sharp > 10) & (sharp < 245)
            noise = difference(blur[unclipped], sharp[unclipped])
            assert noise == pytest.approx(0.01 * 255, rel=0.1)
    assert 2 <= num_equal <= 10


def test_some_pairs_are_still(photograph):
    motion = dataclasses.replace(STILL, camera_extent_px=(20, 20), still_probability=0.5)
    num_equal = sum(
        difference(*pair(photograph, seed, motion=motion, sensor=CLEAN)) == 0 for seed in range(16)
    )
    # Of those that are still, nothing at all moves in about half.
    assert 1 <= num_equal <= 9


def test_the_lens_softens_the_blurred_image_alone(photograph):
    """A still picture, and what a Gaussian of that width makes of it."""
    soft = dataclasses.replace(
        CLEAN, response="linear", softness_px=(1.5, 1.5), softness_probability=1
    )
    blur, sharp = pair(photograph, motion=STILL, sensor=soft)
    plain = dataclasses.replace(CLEAN, response="linear")
    np.testing.assert_array_equal(sharp, pair(photograph, motion=STILL, sensor=plain)[1])
    expected = gaussian_filter(sharp.astype(float), (1.5, 1.5, 0), mode="mirror")
    assert np.abs(blur - expected).max() <= 2
    some = dataclasses.replace(soft, softness_probability=0.5)
    softened = [
        (np.subtract(*pair(photograph, seed, motion=STILL, sensor=some)) != 0).any()
        for seed in range(12)
    ]
    assert 0 < sum(softened) < 12


def test_both_images_are_sharpened_alike(photograph):
    processed = dataclasses.replace(CLEAN, sharpening=(0.8, 0.8))
    blur, sharp = pair(photograph, motion=STILL, sensor=processed)
    _, plain = pair(photograph, motion=STILL, sensor=CLEAN)
    np.testing.assert_array_equal(sharp, sharpened(plain, 0.8))
    np.testing.assert_array_equal(blur, sharp)
    assert (sharp != plain).mean() > 0.3


def test_depth_changes_how_far_the_background_moves(photograph):
    motion = dataclasses.replace(STILL, camera_extent_px=(16, 16), inertia=(1, 1))
    deep = dataclasses.replace(motion, nearness_variation=(1, 1))
    scenes = [
        random_scene(np.random.default_rng(0), photograph, [], SIZE, settings, np.float32)
        for settings in (motion, deep)
    ]
    assert scenes[0].background.nearness is None
    nearness = scenes[1].background.nearness
    assert nearness.shape == SIZE
    assert nearness.min() < 0.6
    assert nearness.max() > 1.7
