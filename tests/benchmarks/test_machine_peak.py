"""The matrix product that networks are held against."""

import pytest

from tfdeblur.benchmarks import machine_peak as module
from tfdeblur.benchmarks.machine_peak import machine_peak
from tfdeblur.benchmarks.precision import PRECISIONS
from tfdeblur.benchmarks.timing import Seconds


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_precision_is_measured(precision):
    peak = machine_peak(precision, first_size=16, last_size=32)
    assert peak["matrix_size"] in (16, 32)
    assert peak["multiply_adds_per_second"] > 0


def test_the_product_grows_until_it_takes_long_enough(monkeypatch):
    sizes = []

    def measured(run):
        size = run().shape[0]
        sizes.append(size)
        return Seconds(first=1.0, timed=(size / 1000, size / 1001))

    monkeypatch.setattr(module, "measure_seconds", measured)
    assert machine_peak(first_size=16, last_size=1024) == {
        "multiply_adds_per_second": pytest.approx(64**3 / (64 / 1001)),
        "matrix_size": 64,
    }
    assert sizes == [16, 32, 64]
    assert machine_peak(first_size=16, last_size=40)["matrix_size"] == 32
