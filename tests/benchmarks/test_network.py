"""The share of the machine's peak, on clocks and products of our own."""

import itertools

import pytest

from tfdeblur.benchmarks import network, timing
from tfdeblur.models import DMPHN

WORK = 248_512 * 8 * 8


@pytest.fixture
def drifting_machine(monkeypatch):
    """Run n takes n seconds, and the product after it slows in the same way."""
    clock, runs = [0.0], itertools.count(1)

    class Product:
        size = 32

        def __init__(self, precision):
            assert precision == "float32"

        def multiply_adds_per_second(self):
            return 2 * WORK / (clock[-1] - clock[-2])

    def synchronised(function, jit_compile, variables):
        return lambda blur: clock.append(clock[-1] + next(runs))

    model = DMPHN((1,))
    monkeypatch.setattr(network, "build_model", lambda name, depth: model)
    monkeypatch.setattr(network, "MatrixProduct", Product)
    monkeypatch.setattr(network, "synchronised", synchronised)
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[-1])


@pytest.mark.parametrize(("runs", "median"), [(1, 2), (2, 2.5), (5, 4)])
def test_the_share_is_taken_in_turn(drifting_machine, runs, median):
    result = network.measure_network("small", 8, 8, runs=runs)
    assert result["seconds_first_run"] == 1
    assert result["runs"] == runs
    assert result["seconds_median"] == median
    assert result["multiply_adds_per_second"] == WORK / median
    assert result["share_of_machine_peak"] == pytest.approx(1 / 2)
    assert result["machine_peak_matrix_size"] == 32
