"""How much memory is free, in a container and without."""

import psutil
import pytest

from tfdeblur.system import memory
from tfdeblur.system.memory import available_memory

GB = 10**9


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    """A container's memory files, of a machine that has 64 GB free."""
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
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
