"""The engine around networks that are simple enough to know the answer."""

import time
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.inference.fake_runtimes import PerPixel
from tfdeblur.errors import InputError
from tfdeblur.inference import size_limits
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.inference.runtimes.runtime import Runtime
from tfdeblur.models import DMPHN, DeblurringModel
from tfdeblur.models.presets import build_model
from tfdeblur.pretrained import DEFAULT_ENSEMBLE, DEFAULT_MODEL, chosen_network
from tfdeblur.weights.files import save_weights


class Affine(DeblurringModel):
    """Returns scale * blur + shift, after a worse image that must not be taken."""

    size_multiple = (4, 8)

    def __init__(self, scale=1.0, shift=0.0):
        super().__init__()
        self.scale, self.shift = scale, shift

    def call(self, blur):
        return [blur * 0, blur * self.scale + self.shift]


IDENTITY = Deblurrer(Affine())
DTYPES = ["uint8", "uint16", "float16", "float32", "float64"]


def random_image(rng, shape, dtype):
    if np.issubdtype(dtype, np.floating):
        return rng.random(shape).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(8, 8), (5, 7, 1), (9, 3, 3), (2, 2, 3), (2, 33)])
def test_the_identity_returns_the_image(rng, shape, dtype):
    image = random_image(rng, shape, dtype)
    before = image.copy()
    restored = IDENTITY(image)
    assert (restored.shape, restored.dtype) == (image.shape, image.dtype)
    if dtype in ("float32", "float64"):  # networks compute with 24 bits, and so does the mean
        np.testing.assert_allclose(restored, image, atol=1e-7)
    else:
        np.testing.assert_array_equal(restored, image)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_every_integer_survives(dtype):
    image = np.arange(np.iinfo(dtype).max + 1, dtype=dtype).reshape(-1, 256)
    image = image if len(image) > 1 else np.repeat(image, 2, axis=0)
    np.testing.assert_array_equal(IDENTITY(image), image)


@pytest.mark.parametrize(
    ("shift", "rounded", "floored"),
    [(0.75, 101, 100), (0.25, 100, 100), (200, 255, 255), (-200, 0, 0)],
)
def test_quantisation(shift, rounded, floored):
    deblur = Deblurrer(Affine(shift=shift / 255))
    image = np.full((4, 4, 3), 100, np.uint8)
    assert np.unique(deblur(image)) == rounded
    assert np.unique(deblur(image, quantisation="floor")) == floored


def test_float_images_are_clipped_to_the_unit_range():
    image = np.array([[0.1, 0.9], [0.5, 0.5]], np.float32)
    restored = Deblurrer(Affine(scale=3.0, shift=-1.0))(image)
    np.testing.assert_allclose(restored, [[0, 1], [0.5, 0.5]], atol=1e-6)


def test_restore_gives_what_the_network_gave():
    batch = np.full((1, 5, 9, 3), 0.5, np.float32)
    restored = Deblurrer(Affine(scale=3.0, shift=-0.1)).restore(batch)
    np.testing.assert_allclose(restored, np.full(batch.shape, 1.4), atol=1e-6)


def test_gray_is_the_mean_of_what_the_network_makes_of_its_channels():
    per_channel = np.array([-0.3, 0.0, 0.6], np.float32)
    restored = Deblurrer(Affine(shift=per_channel))(np.full((3, 5), 0.5, np.float32))
    np.testing.assert_allclose(restored, np.full((3, 5), 0.6), atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "dtype", "message"),
    [
        ((4, 4, 4), "uint8", "alpha"),
        ((4, 4, 2), "uint8", "alpha"),
        ((1, 4, 4, 3), "uint8", r"batch of shape \(1, 4, 4, 3\).* `restore_all` takes several"),
        ((3, 8, 9), "uint8", r"\(3, 8, 9\).* channels last: np\.moveaxis\(image, 0, -1\)"),
        ((1, 1, 4, 4, 3), "uint8", "shape"),
        ((4,), "uint8", "shape"),
        ((4, 4), "int32", "int32"),
        ((4, 4), "bool", "bool"),
        ((4, 4), "complex64", "complex64"),
        ((1, 9, 3), "uint8", "9x1 pixels"),
        ((9, 0, 3), "uint8", "0x9 pixels"),
    ],
)
def test_other_arrays_are_refused(shape, dtype, message):
    with pytest.raises(InputError, match=message):
        IDENTITY(np.zeros(shape, dtype))


def test_an_image_beyond_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(size_limits, "available_memory", lambda: 1000)
    with pytest.raises(InputError, match="8x8"):
        IDENTITY(np.zeros((8, 8), np.uint8))


@pytest.mark.parametrize(
    "error", [MemoryError("no more"), tf.errors.ResourceExhaustedError(None, None, "OOM")]
)
def test_running_out_of_memory_is_an_input_error_and_other_errors_are_not(error):
    class Failing(Runtime):
        name = "failing"

        def __call__(self, batch):
            raise error

    deblurrer = Deblurrer(Failing())
    with pytest.raises(InputError, match="memory ran out on 9x8 pixels"):
        deblurrer(np.zeros((8, 9), np.uint8))
    error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        deblurrer(np.zeros((8, 9), np.uint8))


@pytest.mark.parametrize("depth", [0, 2])
def test_depths_that_a_model_does_not_have_are_refused_at_once(depth):
    with pytest.raises(InputError, match=f"depth {depth}; expected 1 to 1"):
        Deblurrer(IDENTITY.model, depth=depth)


def test_the_weight_file_is_used(rng, tmp_path):
    network = DMPHN(levels=(1,))
    network.build((None, None, None, 3))
    for variable in network.variables:
        variable.assign(rng.normal(scale=0.05, size=variable.shape))
    save_weights(network, tmp_path / "a.weights.h5")
    image = random_image(rng, (9, 6, 3), np.float32)
    expected = keras.ops.clip(network.deblur(image[None])[0], 0, 1)
    restored = Deblurrer("dmphn_1", tmp_path / "a.weights.h5")(image)
    np.testing.assert_allclose(restored, expected, atol=1e-5)


def test_weights_may_be_those_of_the_package(rng):
    image = random_image(rng, (9, 6, 3), np.float32)
    named = Deblurrer(*chosen_network("dmsn_2_light"))
    np.testing.assert_array_equal(Deblurrer("dmsn_2_light")(image), named(image))


def test_without_a_name_it_is_the_default_with_its_copies(rng):
    image = random_image(rng, (9, 6, 3), np.float32)
    named = Deblurrer(DEFAULT_MODEL, ensemble=DEFAULT_ENSEMBLE)
    np.testing.assert_array_equal(Deblurrer()(image), named(image))
    assert (Deblurrer(DEFAULT_MODEL).ensemble, Deblurrer(ensemble=4).ensemble) == (1, 4)


def test_a_preset_is_not_run_with_random_weights():
    with pytest.raises(InputError, match="dmphn_1 without weights"):
        Deblurrer("dmphn_1")


def test_one_graph_serves_all_sizes():
    class Counting(Affine):
        traces = 0

        def call(self, blur):
            Counting.traces += 1
            return [blur]

    deblur = Deblurrer(Counting())
    for size in ((8, 8), (3, 5), (17, 4)):
        deblur(np.zeros((*size, 3), np.uint8))
    assert Counting.traces == 1


def test_a_stream_is_restored_in_order_and_equal_sizes_together(rng):
    runtime = PerPixel()
    deblur = Deblurrer(runtime, batch_size=2)
    sizes = [(4, 5), (4, 5), (4, 5), (6, 5), (4, 5)]
    images = [rng.integers(0, 256, (*size, 3), np.uint8) for size in sizes]
    for image, restored in zip(images, deblur.restore_all(iter(images)), strict=True):
        np.testing.assert_array_equal(restored, 255 - image)
    assert [shape[0] for shape in runtime.shapes] == [2, 1, 1, 1]


def test_images_of_two_types_in_one_stream_keep_them():
    images = [np.zeros((4, 4, 3), dtype) for dtype in ("uint8", "uint16", "float32")]
    restored = list(Deblurrer(PerPixel(), batch_size=8).restore_all(images))
    assert [image.dtype for image in restored] == [image.dtype for image in images]
    assert [image.max() for image in restored] == [255, 65535, 1]


def test_lower_precision_is_close_and_gives_float32(rng):
    image = rng.random((1, 20, 12, 3), np.float32)
    exact = Deblurrer("dmsn_2_light")
    coarse = Deblurrer("dmsn_2_light", precision="bfloat16")
    one, other = exact.restore(image), coarse.restore(image)
    assert coarse.model.compute_dtype == "bfloat16"
    assert other.dtype == "float32"
    difference = np.abs(np.asarray(one) - np.asarray(other)).max()
    assert 0 < difference < 0.05


def test_a_network_from_a_file_has_no_intermediate_images():
    with pytest.raises(InputError, match="per_pixel has from a file"):
        Deblurrer(PerPixel()).intermediate_images(np.zeros((4, 4, 3), np.uint8))


def test_another_depth_of_the_same_network_and_settings():
    stack = build_model("stack2_dmphn")
    deblurrer = Deblurrer(stack, ensemble=2, batch_size=3)
    first = deblurrer.at_depth(1)
    assert (first.depth, first.num_units, first.ensemble, first.batch_size) == (1, 2, 2, 3)
    assert first.model is stack


@pytest.mark.parametrize("value", [np.nan, np.inf, 255.0, -3.0])
def test_floats_that_are_no_image_are_refused(value):
    image = np.full((4, 4, 3), 0.5, np.float32)
    image[1, 2, 0] = value
    with pytest.raises(InputError, match="Divide by 255"):
        IDENTITY(image)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("tile", ["none", 128])
def test_networks_that_give_no_numbers_are_not_believed(value, tile):
    """In 8 bits NaN is black and infinity white, as if they had been restored."""
    deblur = Deblurrer(Affine(shift=np.float32([0, value, 0])), tile=tile)
    with pytest.raises(
        InputError, match=r"NaN or infinite values for .*; its weights are unusable"
    ):
        deblur(np.zeros((140, 8, 3), np.uint8))


def test_memory_is_judged_for_all_images_of_a_batch(monkeypatch):
    monkeypatch.setattr(size_limits, "available_memory", lambda: 3 * 64 * 500)
    images = [np.zeros((8, 8, 3), np.uint8)] * 4
    assert len(list(Deblurrer(PerPixel(), batch_size=2).restore_all(images))) == 4
    runtime = PerPixel()
    assert len(list(Deblurrer(runtime, batch_size=4).restore_all(images))) == 4
    assert [shape[0] for shape in runtime.shapes] == [1, 1, 1, 1]


@pytest.mark.parametrize("value", [0, 2.5, True])
def test_batches_are_whole_numbers_of_images(value):
    with pytest.raises(InputError, match="batch_size"):
        Deblurrer(PerPixel(), batch_size=value)


def test_one_object_serves_eight_threads(rng):
    deblur = Deblurrer("dmsn_2_light")
    images = [rng.integers(0, 256, (8 + i % 3, 20 + i, 3), np.uint8) for i in range(24)]
    expected = [deblur(image) for image in images]
    with ThreadPoolExecutor(8) as threads:
        for restored, alone in zip(threads.map(deblur, images), expected, strict=True):
            np.testing.assert_array_equal(restored, alone)


class OneAtATime(PerPixel):
    """Notes how many threads are in it at once."""

    def __init__(self):
        super().__init__()
        self.inside, self.most_inside = 0, 0

    def __call__(self, batch):
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        time.sleep(0.02)
        self.inside -= 1
        return super().__call__(batch)


def test_threads_take_turns_in_the_network(rng):
    runtime = OneAtATime()
    deblur = Deblurrer(runtime)
    images = [rng.integers(0, 256, (8, 20, 3), np.uint8) for _ in range(16)]
    with ThreadPoolExecutor(8) as threads:
        for image, restored in zip(images, threads.map(deblur, images), strict=True):
            np.testing.assert_array_equal(restored, 255 - image)
    assert runtime.most_inside == 1
    assert len(runtime.shapes) == 16


def test_an_exported_network_has_the_depth_it_has():
    with pytest.raises(InputError, match="depth 1 for an exported network"):
        Deblurrer(PerPixel()).at_depth(1)
