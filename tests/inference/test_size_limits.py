"""Which sizes are refused, and what the refusal says."""

import psutil
import pytest

from tfdeblur.inference import size_limits
from tfdeblur.inference.size_limits import (
    ImageSizeError,
    available_memory,
    check_memory,
    check_side,
)

GB = 10**9


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    """A container's memory files, of a machine that has 64 GB free."""
    monkeypatch.setattr(size_limits, "_CGROUP", tmp_path)
    machine = psutil.virtual_memory()._replace(available=64 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine)

    def write(limit, current=3 * GB, inactive_file=2 * GB):
        (tmp_path / "memory.max").write_text(f"{limit}\n")
        (tmp_path / "memory.current").write_text(f"{current}\n")
        (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {inactive_file}\n")

    return write


@pytest.mark.parametrize(
    ("limit", "free"), [("max", 64), (4 * GB, 3), (100 * GB, 64), (GB // 2, 0)]
)
def test_a_container_limits_memory_and_gives_back_cached_files(cgroup, limit, free):
    cgroup(limit)
    assert available_memory() == free * GB


@pytest.mark.usefixtures("cgroup")
def test_without_a_container_the_machine_decides():
    assert available_memory() == 64 * GB


@pytest.mark.parametrize("size", [(2, 2), (720, 1280), (2, 16_384), (1000, 2000)])
def test_sizes_that_fit_pass(monkeypatch, size):
    monkeypatch.setattr(size_limits, "available_memory", lambda: GB)
    check_side(*size)
    check_memory(*size, bytes_per_pixel=500)


@pytest.mark.parametrize("size", [(1, 1), (1, 100), (100, 1), (0, 5)])
def test_too_small(size):
    with pytest.raises(ImageSizeError, match=f"{size[1]}x{size[0]} pixels"):
        check_side(*size)


@pytest.mark.parametrize(
    ("size", "needed"), [((64, 20_000), "0.6 GB"), ((20_000, 64), "0.6 GB"), ((2000, 1001), "1.0")]
)
def test_too_large_tells_size_needed_and_free_memory(monkeypatch, size, needed):
    monkeypatch.setattr(size_limits, "available_memory", lambda: GB)
    with pytest.raises(ImageSizeError) as error:
        check_memory(*size, bytes_per_pixel=500)
    for part in (f"{size[1]}x{size[0]}", needed, "1.0 GB, which are free"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)
