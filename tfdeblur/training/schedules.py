"""Learning-rate schedules: functions of the run's steps, for gin files to bind.

Both papers' are here, and one that neither uses. Each takes the steps of the whole
run first, so that a shorter or longer run has the same curve, a warm-up of so many
steps excepted.
"""

import math
import numbers

import keras
from keras.optimizers import schedules as keras_schedules

from tfdeblur.errors import InputError


def constant(steps, learning_rate=1e-4):
    """The same at every step."""
    check_number("learning_rate", learning_rate)
    # One boundary that is never reached: a schedule like the others rather than a number.
    return keras_schedules.PiecewiseConstantDecay([steps], [learning_rate, learning_rate])


def polynomial(steps, learning_rate=1e-4, power=1.0):
    """learning_rate * (1 - step / steps) ^ power, down to 0.

    Source: Gao et al. 2019's release: power 0.3 on GoPro, 1.0 on GoPro and their own pairs.
    """
    check_number("learning_rate", learning_rate)
    check_number("power", power)
    return keras_schedules.PolynomialDecay(learning_rate, steps, 0.0, power)


def step_decay(steps, learning_rate=1e-4, factor=0.1, every_steps=None):
    """Multiplied by `factor` after every `every_steps`; None is a third of the run.

    Source: Zhang et al. 2019, Sec. 4.1: 0.1; release: after each 1,000 of 3,000 epochs.
    """
    check_number("learning_rate", learning_rate)
    check_number("factor", factor)
    every_steps = every_steps or max(1, steps // 3)
    return keras_schedules.ExponentialDecay(learning_rate, every_steps, factor, staircase=True)


def cosine(steps, learning_rate=1e-4, warmup_steps=0, final_fraction=0.0):
    """Rises linearly for `warmup_steps`, then falls along half a cosine.

    Args:
      steps: of the run, warm-up included.
      learning_rate: the highest.
      warmup_steps: how many steps it rises from 0, at most half of the run.
      final_fraction: of the highest, what is left at the end.
    """
    check_number("learning_rate", learning_rate)
    if not isinstance(warmup_steps, int) or warmup_steps < 0:
        raise InputError(
            f"Received warmup_steps = {warmup_steps!r}; expected a whole number of at least 0."
        )
    warmup_steps = min(warmup_steps, steps // 2)
    check_number("final_fraction", final_fraction, most=1)
    falling_steps = max(1, steps - warmup_steps)
    if not warmup_steps:
        return keras_schedules.CosineDecay(learning_rate, falling_steps, final_fraction)
    return keras_schedules.CosineDecay(
        0.0, falling_steps, final_fraction, warmup_target=learning_rate, warmup_steps=warmup_steps
    )


def check_number(name, value, most=math.inf):
    """Raises InputError unless `value` is a number from 0 to `most`."""
    if not (isinstance(value, numbers.Real) and 0 <= float(value) <= most):
        upper = "" if most == math.inf else f" and at most {most}"
        raise InputError(f"Received {name} = {value!r}; expected a number of at least 0{upper}.")


def value_at(schedule, step):
    """The learning rate of the step after `step` steps, a float."""
    return float(keras.ops.convert_to_numpy(schedule(step)))
