"""Choosing a depth by measurement."""

import numpy as np
import pytest

from tfdeblur import Deblurrer
from tfdeblur.inference import adaptive_depth
from tfdeblur.inference.adaptive_depth import deepest_within
from tfdeblur.models import DMPHN, Stack


class Clock:
    """A clock that stands still but when a network lets it go on."""

    seconds = 0.0

    def perf_counter(self):
        return self.seconds


class Timed:
    """Stands for a `Deblurrer` of three units that takes 10 ms for each."""

    num_units = 3

    def __init__(self, clock, depth=3, compiles_shapes=False):
        self.clock, self.depth, self.compiles_shapes = clock, depth, compiles_shapes
        self.seen = set()

    def at_depth(self, depth):
        return Timed(self.clock, depth, self.compiles_shapes)

    def __call__(self, image):
        if self.compiles_shapes and image.shape not in self.seen:
            self.clock.seconds += 5
        self.seen.add(image.shape)
        self.clock.seconds += 0.01 * self.depth


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(adaptive_depth, "time", clock)
    return clock


@pytest.mark.parametrize("compiles_shapes", [False, True])
@pytest.mark.parametrize(
    ("budget_ms", "depth", "num_measured"),
    [(0, 1, 1), (5, 1, 1), (11, 1, 2), (21, 2, 3), (29, 2, 3), (1000, 3, 3)],
)
def test_deepest_that_fits_or_else_the_least(
    clock, budget_ms, depth, num_measured, compiles_shapes
):
    network = Timed(clock, compiles_shapes=compiles_shapes)
    chosen, measured = deepest_within(network, np.zeros((100, 100, 3)), budget_ms)
    assert chosen.depth == depth
    assert measured == pytest.approx({i: 10.0 * i for i in range(1, num_measured + 1)})


def test_a_real_stack():
    stack = Stack(DMPHN((1,)), num_units=3)
    stack.build((None, None, None, 3))
    image = np.zeros((70, 80, 3), np.uint8)
    chosen, measured = deepest_within(Deblurrer(stack), image, budget_ms=1e9)
    assert chosen.depth == 3
    assert list(measured) == [1, 2, 3]
    assert all(ms > 0 for ms in measured.values())
