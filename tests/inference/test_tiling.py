"""Tiles cover an image, fade into each other and leave nothing behind."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.inference.fake_runtimes import PerPixel, Window
from tfdeblur import Deblurrer
from tfdeblur.errors import InputError
from tfdeblur.inference.tiling import GRID, Tiling, faded_together, restored_strips, tile_spans

lengths = st.integers(2, 5000)
sides_and_overlaps = st.integers(128, 1500).flatmap(
    lambda side: st.tuples(st.just(side), st.integers(16, side // 2))
)


@pytest.mark.properties
@given(lengths, sides_and_overlaps)
def test_spans_cover_the_axis_and_overlap_by_one_amount(length, side_and_overlap):
    side, overlap = side_and_overlap
    spans = tile_spans(length, side, overlap)
    assert spans[0][0] == 0
    assert spans[-1][1] == length
    assert all(start % GRID == 0 for start, _ in spans)
    overlaps = {stop - start for (_, stop), (start, _) in itertools.pairwise(spans)}
    assert len(overlaps) <= 1
    assert all(overlap <= shared < overlap + GRID for shared in overlaps)
    # A side or an overlap that is no multiple of the grid may take one step of it more.
    assert max(stop - start for start, stop in spans) <= side + GRID


@pytest.mark.properties
@given(lengths, sides_and_overlaps)
def test_tiles_are_nearly_equal_so_that_few_shapes_come_up(length, side_and_overlap):
    spans = tile_spans(length, *side_and_overlap)
    assert len({stop - start for start, stop in spans}) <= 2


@pytest.mark.properties
@given(
    size=st.tuples(st.integers(2, 500), st.integers(2, 500)),
    channels=st.sampled_from([(), (1,), (3,)]),
    side_and_overlap=st.integers(128, 300).flatmap(
        lambda side: st.tuples(st.just(side), st.integers(16, side // 2))
    ),
    batch_size=st.integers(1, 3),
    seed=st.integers(0, 2**32),
)
def test_no_pixel_is_lost_or_moved(size, channels, side_and_overlap, batch_size, seed):
    image = np.random.default_rng(seed).integers(0, 256, (*size, *channels), np.uint8)
    side, overlap = side_and_overlap
    deblur = Deblurrer(PerPixel(), tile=side, overlap=overlap, batch_size=batch_size)
    np.testing.assert_array_equal(deblur(image), 255 - image)


@pytest.mark.parametrize("axis", [0, 1])
def test_what_agrees_is_not_changed_by_fading(rng, axis):
    whole = rng.random((50, 50, 3)).astype(np.float32)
    parts = [np.take(whole, range(*span), axis) for span in ((0, 20), (12, 33), (25, 50))]
    blended = np.concatenate(list(faded_together(parts, 8, axis)), axis)
    np.testing.assert_allclose(blended, whole, atol=1e-6)


def test_a_fade_goes_from_one_to_the_other_without_a_jump():
    black, white = np.zeros((1, 40, 3), np.float32), np.ones((1, 40, 3), np.float32)
    blended = np.concatenate(list(faded_together([black, white], 32, 1)), 1)[0, :, 0]
    assert blended[0] == 0
    assert blended[-1] == 1
    assert 0 < np.diff(blended).max() < 0.06  # one half cosine over 32 pixels: pi / 64


def test_a_network_that_sees_less_than_half_the_overlap_gives_the_untiled_image(rng):
    image = rng.random((300, 411, 3)).astype(np.float32)
    # The borders of a tile are wrong over 5 pixels, where the fade gives them weights to 1.
    network = Window(11)
    expected = Deblurrer(network, tile="none")(image)
    tiled = Deblurrer(network, tile=128, overlap=48)(image)
    assert np.abs(tiled - expected).max() < 0.02
    assert np.abs(tiled - expected).mean() < 2e-4


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("shape", [(300, 200), (129, 128, 1), (257, 400, 3)])
def test_every_pixel_of_every_type_comes_back(rng, dtype, shape):
    image = rng.integers(0, 256, shape).astype(dtype)
    image = image / np.float32(255) if dtype == "float32" else image
    restored = Deblurrer(PerPixel(), tile=128, overlap=32)(image)
    inverse = (1 if dtype == "float32" else np.iinfo(dtype).max) - image
    assert (restored.shape, restored.dtype) == (image.shape, image.dtype)
    np.testing.assert_allclose(restored, inverse, atol=1e-6)


def test_tiles_go_through_the_network_in_batches(rng):
    runtime = PerPixel()
    Deblurrer(runtime, tile=128, overlap=32, batch_size=2)(np.zeros((128, 416, 3), np.uint8))
    assert [shape[0] for shape in runtime.shapes] == [2, 2]
    assert all(max(shape[1:3]) <= 128 for shape in runtime.shapes)


def test_strips_are_given_as_they_are_done(rng):
    image = np.zeros((4000, 130, 3), np.uint8)
    asked = []

    def restore_all(tiles):
        for tile in tiles:
            asked.append(tile.shape)
            yield np.zeros((*tile.shape[:2], 3), np.float32)

    strips = restored_strips(restore_all, image, side=256, overlap=64)
    next(strips)
    assert len(asked) == 2  # the second tile fades into the first one


@pytest.mark.parametrize(
    ("size", "bytes_per_pixel", "side"),
    [
        ((1080, 1920), 500, None),
        ((2000, 2001), 500, 1414),
        ((3000, 3000), 1000, 1000),
        ((64, 20_000), 500, 1414),  # longer than is restored in one piece
        ((2, 100_000), 5e6, 256),  # never less than twice the overlap
    ],
)
def test_auto_depends_on_the_image_and_the_network_alone(size, bytes_per_pixel, side):
    assert Tiling("auto").side_for(*size, bytes_per_pixel) == side


def test_the_overlap_is_half_of_a_small_tile_by_itself():
    assert Tiling().overlap == Tiling(256).overlap == 128
    assert Tiling(200).overlap == 100


def test_none_and_sizes_that_fit_are_one_piece():
    assert Tiling("none").side_for(10**5, 10**5, 900) is None
    assert Tiling(512).side_for(512, 300, 900) is None
    assert Tiling(512).side_for(513, 300, 900) == 512


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tile": 127}, "Received tile 127; expected auto, none or a number of pixels from 128"),
        ({"tile": "big"}, "Received tile 'big'"),
        ({"tile": True}, "Received tile True"),
        ({"tile": 256, "overlap": 129}, "overlap 129; expected 16 to 128 pixels"),
        ({"overlap": 513}, "overlap 513; expected 16 to 512 pixels"),
        ({"overlap": 15}, "overlap 15"),
    ],
)
def test_values_that_cannot_be_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        Deblurrer(PerPixel(), **settings)
