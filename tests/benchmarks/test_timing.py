"""What is counted of repeated runs, on a clock of our own."""

import pytest

from tfdeblur.benchmarks import timing
from tfdeblur.benchmarks.timing import Seconds, measure_seconds


@pytest.fixture
def clock(monkeypatch):
    """A list whose last entry is the time."""
    times = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: times[-1])
    return times


def test_warm_up_is_left_out_and_the_first_run_kept(clock):
    durations = iter([100.0, 50.0, 3.0, 1.0, 2.0])
    measured = measure_seconds(lambda: clock.append(clock[-1] + next(durations)), runs=3, warmup=2)
    assert measured == Seconds(first=100.0, timed=(3.0, 1.0, 2.0))


def test_report_has_median_and_spread():
    assert Seconds(first=9.0, timed=(3.0, 1.0, 2.0, 1.5)).report() == {
        "seconds_median": 1.75,
        "seconds_min": 1.0,
        "seconds_max": 3.0,
        "seconds_first_run": 9.0,
        "runs": 4,
    }
