"""Which runs are timed, and that the network alone is."""

import keras
import numpy as np
import pytest

from tests.evaluation.small import deblurrer, pair, sharpen
from tfdeblur.errors import InputError
from tfdeblur.evaluation import timed_network
from tfdeblur.evaluation.timed_network import TimedNetwork


class Clock:
    """Time passes only while the network runs: one second a run."""

    def __init__(self, network):
        self.now = 0.0
        restore = network.deblurrer.restore

        def slow(batch):
            self.now += 1
            return restore(batch)

        network.deblurrer.restore = slow

    def perf_counter(self):
        return self.now


def test_one_run_is_timed_and_the_first_of_a_size_warms_up(monkeypatch):
    network = TimedNetwork(deblurrer())
    clock = Clock(network)
    monkeypatch.setattr(timed_network, "time", clock)
    small, large = pair(0)[0], pair(0, size=(40, 60))[0]
    times = [network(image)[1] for image in (small, small, large, large, small)]
    assert times == [1000, 1000, None, 1000, 1000]
    assert clock.now == 6


def test_the_result_is_the_networks():
    blur, _ = pair(1)
    restored, _ = TimedNetwork(deblurrer())(blur)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(restored)[0], sharpen(blur), atol=1e-5)


def test_sizes_that_cannot_be_restored_are_refused():
    with pytest.raises(InputError, match="9x1 pixels"):
        TimedNetwork(deblurrer())(np.zeros((1, 9, 3), np.uint8))
