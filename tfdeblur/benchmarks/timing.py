"""Seconds of something that is run several times."""

import dataclasses
import statistics
import time


@dataclasses.dataclass(frozen=True)
class Seconds:
    """Wall-clock seconds of repeated runs.

    Attributes:
      first: of the very first run, in which graphs are traced and compiled.
      timed: of each run after the warm-up.
    """

    first: float
    timed: tuple[float, ...]

    @property
    def median(self):
        """Of the timed runs: what to report."""
        return statistics.median(self.timed)

    def report(self):
        """A dict of the median, the spread (least and most) and the first run, in seconds."""
        return {
            "seconds_median": self.median,
            "seconds_min": min(self.timed),
            "seconds_max": max(self.timed),
            "seconds_first_run": self.first,
            "runs": len(self.timed),
        }


def seconds_of(run):
    """Wall-clock seconds of `run()`, which must not return before its work is done."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure_seconds(run, runs=5, warmup=1):
    """`Seconds` of repeated runs.

    Args:
      run: as for `seconds_of`.
      runs: how many to time; 0 only warms up.
      warmup: how many to leave out before, at least 1.
    """
    seconds = [seconds_of(run) for _ in range(warmup + runs)]
    return Seconds(first=seconds[0], timed=tuple(seconds[warmup:]))
