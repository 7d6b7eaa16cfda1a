"""Restoring a reduced photo and putting the change back at full size."""

import cv2
import numpy as np
import pytest
import skimage.data

from tests.inference.fake_runtimes import PerPixel
from tfdeblur import Deblurrer
from tfdeblur.choices import SCALES
from tfdeblur.errors import InputError
from tfdeblur.inference import scale as scales
from tfdeblur.inference.scale import choose_scale, enlarged_strips, reduce


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("shape", [(1, 1), (7, 10, 1), (24, 13, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_any_image_can_be_reduced_and_a_change_enlarged_to_its_shape(scale, shape, dtype):
    image = np.ones(shape, dtype)
    reduced = reduce(image, scale)
    assert reduced.shape == (-(-shape[0] // scale), -(-shape[1] // scale), *shape[2:])
    assert reduced.dtype == dtype
    assert (reduced == 1).all()
    change = np.full(reduced.shape, 0.25, np.float32)
    strips = list(enlarged_strips(change, scale, shape))
    np.testing.assert_allclose(np.concatenate(strips), np.full(shape, 0.25), atol=1e-6)


def test_strips_join_without_a_seam(rng, monkeypatch):
    change = rng.standard_normal((50, 9, 3)).astype(np.float32)
    [whole] = enlarged_strips(change, 3, (148, 27, 3))
    monkeypatch.setattr(scales, "_STRIP", 7)
    strips = list(enlarged_strips(change, 3, (148, 27, 3)))
    assert len(strips) == 8
    np.testing.assert_allclose(np.concatenate(strips), whole, rtol=1e-4, atol=1e-5)


def test_a_change_comes_back_where_it_was_made():
    image = np.zeros((40, 60), np.float32)
    change = np.zeros_like(reduce(image, 4))
    change[5, 10] = 1
    enlarged = np.concatenate(list(enlarged_strips(change, 4, image.shape)))
    rows, columns = np.indices(enlarged.shape)
    center = [(index * enlarged).sum() / enlarged.sum() for index in (rows, columns)]
    np.testing.assert_allclose(center, [4 * 5 + 1.5, 4 * 10 + 1.5], atol=1e-4)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_the_scale_at_which_the_network_sees_the_blur_is_chosen(scale):
    photo = skimage.data.astronaut().astype(np.float32) / 255
    photo = cv2.resize(photo, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    seen = []

    def restore_all(images):
        # Finds something to do at one size of the windows only.
        for image in images:
            seen.append(len(image))
            yield image + 0.1 * (len(image) == 480 // scale)

    assert choose_scale(photo, restore_all) == scale
    assert set(seen) == {480 // scale for scale in SCALES}


def test_where_nothing_is_changed_the_photo_is_not_reduced():
    assert choose_scale(np.zeros((300, 400, 3), np.float32), lambda images: images) == 1
    assert choose_scale(np.zeros((1, 1), np.float32), lambda images: images) == 1


def test_looking_costs_a_fraction_of_restoring():
    pixels = []

    def restore_all(images):
        for image in images:
            pixels.append(image.size)
            yield image

    choose_scale(np.zeros((3000, 4000), np.float32), restore_all)
    assert sum(pixels) < 0.1 * 3000 * 4000


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(2, 3), (9, 14, 1), (21, 30, 3)])
def test_the_engine_adds_the_change_at_full_size(scale, dtype, shape):
    # Inverting a smooth image at a reduced scale inverts it at full size, too.
    values = np.linspace(0.2, 0.8, shape[1], dtype=np.float64)
    most = 1 if dtype == np.float32 else np.iinfo(dtype).max
    image = np.broadcast_to(values.reshape(1, -1, *[1] * (len(shape) - 2)) * most, shape)
    restored = Deblurrer(PerPixel(), scale=scale)(image.astype(dtype))
    assert restored.dtype == dtype
    assert restored.shape == shape
    middle = slice(8, -8) if shape[1] > 16 else slice(None)
    expected = (most - image)[:, middle]
    tolerance = (0.01 if scale == 1 or shape[1] > 16 else 0.2) * most
    np.testing.assert_allclose(restored[:, middle], expected, atol=tolerance)


def test_detail_stays_where_the_network_changes_nothing(rng):
    class Nothing(PerPixel):
        def __call__(self, batch):
            return np.asarray(batch)

    image = rng.integers(0, 256, (50, 70, 3), np.uint8)
    for scale in SCALES:
        np.testing.assert_array_equal(Deblurrer(Nothing(), scale=scale)(image), image)


def test_the_network_sees_the_reduced_photo_in_tiles_as_well():
    runtime = PerPixel()
    Deblurrer(runtime, scale=4, tile=128, overlap=16)(np.zeros((1600, 800, 3), np.uint8))
    assert len(runtime.shapes) > 1
    assert max(side for shape in runtime.shapes for side in shape[1:3]) <= 128


@pytest.mark.parametrize("scale", ["auto", *SCALES])
def test_a_single_pixel_is_refused_at_every_scale(scale):
    with pytest.raises(InputError, match="1x1 pixels"):
        Deblurrer(PerPixel(), scale=scale)(np.zeros((1, 1), np.uint8))


def test_auto_leaves_photos_of_the_size_of_frames_as_they_are():
    runtime = PerPixel()
    assert Deblurrer(runtime).scale_of(np.zeros((720, 1280, 3), np.uint8)) == 1
    assert runtime.shapes == []
    assert Deblurrer(runtime).scale_of(np.zeros((1, 1), np.uint8)) == 1


def test_frames_of_a_video_have_one_scale():
    class Brightens(PerPixel):
        def __call__(self, batch):
            return np.asarray(batch) + 0.1 * (batch.shape[1] == 240)

    photo = (np.indices((1500, 1500)).sum(axis=0) % 256).astype(np.uint8)
    deblurrer = Deblurrer(Brightens())
    assert deblurrer.scale_of(photo) == 2
    for_video = deblurrer.at_scale_of(photo)
    assert for_video.scale_of(np.zeros((8, 8), np.uint8)) == 2
    assert deblurrer.settings["scale"] == "auto"


@pytest.mark.parametrize("scale", [0, 5, "2", None, True])
def test_other_scales_are_refused(scale):
    with pytest.raises(InputError, match="expected auto, 1, 2, 3 or 4"):
        Deblurrer(PerPixel(), scale=scale)
