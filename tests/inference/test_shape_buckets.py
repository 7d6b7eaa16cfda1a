"""Close sizes share a compilation, and results do not know of it."""

import threading

import numpy as np
import pytest

from tests.inference.fake_runtimes import PerPixel
from tfdeblur import Deblurrer, build_model
from tfdeblur.errors import InputError
from tfdeblur.inference.runtimes.keras import KerasRuntime
from tfdeblur.inference.shape_buckets import ShapeBuckets


@pytest.fixture
def runtime():
    return PerPixel(compiles_shapes=True)


def test_close_sizes_share_a_shape(rng, runtime):
    deblur = Deblurrer(runtime, bucket=32)
    for size in ((60, 33), (64, 64), (40, 50)):
        image = rng.integers(0, 256, (*size, 3), np.uint8)
        np.testing.assert_array_equal(deblur(image), 255 - image)
    assert set(runtime.shapes) == {(1, 64, 64, 3)}


def test_it_says_when_it_compiles_and_only_then(runtime):
    lines = []
    restore = ShapeBuckets(runtime, 16, lines.append)
    for side in (10, 12, 17):
        restore(np.zeros((1, side, 5, 3), np.float32))
    assert [line.split(",")[0] for line in lines[::2]] == [
        "compiling for 16x16 pixels",
        "compiling for 16x32 pixels",
    ]
    assert all("compiled for" in line and line.endswith(" s") for line in lines[1::2])


def test_threads_with_one_new_shape_compile_it_once(runtime):
    lines = []
    restore = ShapeBuckets(runtime, 16, lines.append)
    image = np.zeros((1, 9, 9, 3), np.float32)
    threads = [threading.Thread(target=restore, args=(image,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines) == 2
    assert len(runtime.shapes) == 8


def test_an_engine_that_takes_every_shape_gets_it_as_it_is():
    runtime = PerPixel(compiles_shapes=False)
    Deblurrer(runtime, bucket=32)(np.zeros((5, 7, 3), np.uint8))
    assert runtime.shapes == [(1, 5, 7, 3)]


def test_what_is_scored_is_never_padded(runtime):
    Deblurrer(runtime, bucket=32).restore(np.zeros((1, 5, 7, 3), np.float32))
    assert runtime.shapes == [(1, 5, 7, 3)]


@pytest.mark.parametrize("size", [(9, 6), (12, 40), (33, 16)])
def test_sizes_that_the_network_pads_to_one_share_it_and_nothing_changes(rng, size):
    model = build_model("dmphn_1_2_4")
    image = rng.integers(0, 256, (*size, 3), np.uint8)
    expected = Deblurrer(model, jit_compile=False)(image)
    runtime = KerasRuntime(model, jit_compile=False)
    runtime.compiles_shapes = True
    lines = []
    restore = ShapeBuckets(runtime, report=lines.append)
    restored = np.asarray(restore((image / np.float32(255))[None]))[0]
    assert np.abs(np.round(255 * restored.clip(0, 1)) - expected).max() <= 1
    restore(np.zeros((1, size[0] // 8 * 8 + 8 * (size[0] % 8 > 0), size[1], 3), np.float32))
    assert len(lines) == 2


@pytest.mark.parametrize("bucket", [0, -1, 2.5, True])
def test_no_bucket_below_one(bucket):
    with pytest.raises(InputError, match=f"bucket = {bucket}; expected a whole number"):
        Deblurrer(PerPixel(), bucket=bucket)
