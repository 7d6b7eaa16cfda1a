"""Which sizes are refused, and what the refusal says."""

import pytest

from tfdeblur.inference import size_limits
from tfdeblur.inference.size_limits import ImageSizeError, check_size

GB = 10**9


@pytest.mark.parametrize("size", [(2, 2), (720, 1280), (2, 16_384), (1000, 2000)])
def test_sizes_that_fit_pass(monkeypatch, size):
    monkeypatch.setattr(size_limits, "available_memory", lambda: GB)
    check_size(*size, bytes_per_pixel=500)


@pytest.mark.parametrize("size", [(1, 1), (1, 100), (100, 1), (0, 5)])
def test_too_small(size):
    with pytest.raises(ImageSizeError, match=f"{size[1]}x{size[0]} pixels"):
        check_size(*size, bytes_per_pixel=500)


@pytest.mark.parametrize(
    ("size", "needed"), [((64, 20_000), "0.6 GB"), ((20_000, 64), "0.6 GB"), ((2000, 1001), "1.0")]
)
def test_too_large_tells_size_needed_and_free_memory(monkeypatch, size, needed):
    monkeypatch.setattr(size_limits, "available_memory", lambda: GB)
    with pytest.raises(ImageSizeError) as error:
        check_size(*size, bytes_per_pixel=500)
    for part in (f"{size[1]}x{size[0]}", needed, "1.0 GB, which are free"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)


def test_images_of_a_batch_are_judged_together(monkeypatch):
    monkeypatch.setattr(size_limits, "available_memory", lambda: GB)
    check_size(1000, 500, bytes_per_pixel=500, count=4)
    with pytest.raises(ImageSizeError, match=r"500x1000 pixels, 5 images at a time, .* 1\.2 GB"):
        check_size(1000, 500, bytes_per_pixel=500, count=5)
