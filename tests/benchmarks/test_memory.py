"""Peak memory of the process and of a device, and batches that do not fit."""

import numpy as np
import pytest

from tfdeblur.benchmarks import memory
from tfdeblur.benchmarks.memory import PeakMemory, memory_for, process_peak_bytes
from tfdeblur.errors import InputError
from tfdeblur.models.presets import build_model


@pytest.fixture(scope="module")
def model():
    return build_model("dmphn_1")


def test_the_peak_of_the_process_grows_by_what_is_taken_and_stays():
    before = process_peak_bytes()
    memory_of_test = PeakMemory()
    taken = np.ones(before + 50_000_000, np.uint8)  # more than the process ever held, for sure
    del taken
    report = memory_of_test.report()
    assert report["memory_source"] == "process"
    assert report["baseline_memory_mb"] == pytest.approx(before / 1e6, abs=1)
    assert report["peak_memory_mb"] * 1e6 >= before + 50_000_000


def test_memory_of_a_device_is_preferred(monkeypatch):
    statistics = iter([{"in_use": 10e6, "peak": 70e6}, {"in_use": 20e6, "peak": 90e6}])
    monkeypatch.setattr(memory, "_device_statistics", lambda: next(statistics))
    assert PeakMemory().report() == {
        "memory_source": "device",
        "baseline_memory_mb": 10,
        "peak_memory_mb": 90,
    }


def test_a_batch_that_cannot_fit_is_refused_with_the_largest_that_can(model, monkeypatch):
    image_bytes = 100 * 200 * model.working_bytes_per_pixel
    monkeypatch.setattr(memory, "available_memory", lambda: 3 * image_bytes + 1)
    with memory_for(model, 3, 100, 200):
        pass
    expected = "Received batch_size 4; expected at most 3 for 200x100 pixels"
    with pytest.raises(InputError, match=expected), memory_for(model, 4, 100, 200):
        pass


def test_running_out_of_a_devices_memory_is_said_in_words(model, monkeypatch):
    monkeypatch.setattr(memory, "_device_statistics", lambda: {"in_use": 0, "peak": 0})
    with (
        pytest.raises(InputError, match="the memory ran out on 10000000 x 200x100 pixels"),
        memory_for(model, 10_000_000, 100, 200),
    ):
        raise RuntimeError("RESOURCE_EXHAUSTED: out of memory allocating 1 byte")
