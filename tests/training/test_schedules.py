"""Learning rates step by step, against formulas in NumPy."""

import functools

import numpy as np
import pytest

from tfdeblur.errors import InputError
from tfdeblur.training import schedules
from tfdeblur.training.schedules import value_at

STEPS = 1000


def curve(schedule, steps=range(0, STEPS + 1, 50)):
    return [value_at(schedule, step) for step in steps]


def test_constant():
    assert curve(schedules.constant(STEPS, 3e-4)) == pytest.approx([3e-4] * 21)


@pytest.mark.parametrize("power", [0.3, 1.0])
def test_polynomial_as_gao2019_release_it(power):
    step = np.arange(0, STEPS + 1, 50)
    expected = 1e-4 * (1 - step / STEPS) ** power
    assert curve(schedules.polynomial(STEPS, power=power)) == pytest.approx(expected, rel=1e-4)
    # Beyond the end it stays where it is.
    assert value_at(schedules.polynomial(STEPS, power=power), STEPS + 7) == 0


def test_step_decay_of_zhang2019_is_a_tenth_after_each_third():
    schedule = schedules.step_decay(3000)
    steps = [0, 999, 1000, 1999, 2000, 2999]
    expected = [1e-4, 1e-4, 1e-5, 1e-5, 1e-6, 1e-6]
    assert curve(schedule, steps) == pytest.approx(expected, rel=1e-5)
    # The release, in epochs of 2,103 pairs in batches of 6: after each 1,000 of 3,000.
    epoch = 2103 / 6
    of_the_paper = schedules.step_decay(round(3000 * epoch))
    before, after = (round(1000 * epoch) + by for by in (-1, 0))
    assert curve(of_the_paper, [before, after]) == pytest.approx([1e-4, 1e-5], rel=1e-5)


def test_step_decay_of_other_lengths():
    schedule = schedules.step_decay(100, 1.0, factor=0.5, every_steps=10)
    assert curve(schedule, [0, 9, 10, 25]) == pytest.approx([1, 1, 0.5, 0.25])
    # Shorter than three steps there are no thirds.
    assert value_at(schedules.step_decay(2), 1) == pytest.approx(1e-5)


@pytest.mark.parametrize("warmup", [0, 100])
@pytest.mark.parametrize("final", [0.0, 0.1])
def test_cosine(warmup, final):
    step = np.arange(0, STEPS + 1, 50)
    fallen = np.clip((step - warmup) / (STEPS - warmup), 0, 1)
    falling = 2e-3 * (final + (1 - final) * 0.5 * (1 + np.cos(np.pi * fallen)))
    expected = np.where(step < warmup, 2e-3 * step / max(1, warmup), falling)
    schedule = schedules.cosine(STEPS, 2e-3, warmup, final)
    assert curve(schedule) == pytest.approx(expected, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize(
    "make",
    [
        functools.partial(schedules.constant, learning_rate=-1e-4),
        functools.partial(schedules.constant, learning_rate="1e-4"),
        functools.partial(schedules.polynomial, learning_rate=None),
        functools.partial(schedules.polynomial, power=-1.0),
        functools.partial(schedules.step_decay, factor=float("nan")),
        functools.partial(schedules.cosine, final_fraction=1.5),
    ],
)
def test_values_that_are_no_rates(make):
    with pytest.raises(InputError, match=r"Received \w+ = .*; expected a number of at least 0"):
        make(STEPS)


@pytest.mark.parametrize("warmup_steps", ["100", 2.5, -1])
def test_warm_ups_that_are_no_steps(warmup_steps):
    with pytest.raises(InputError, match=r"warmup_steps = .*; expected a whole number"):
        schedules.cosine(STEPS, warmup_steps=warmup_steps)


def test_a_warm_up_leaves_half_of_a_short_run():
    assert value_at(schedules.cosine(10, 1.0, warmup_steps=100), 5) == pytest.approx(1.0)
