"""How deep a stack can go in the time there is.

The abstract of [Zhang19] promises that "by varying the depth of the stacked
model, one can adapt its performance and runtime for different application
scenarios"; here the machine itself says what fits.
"""

import time

import numpy as np

from tfdeblur.inference.engine import Deblurrer

# Large enough for every network, small enough to cost nothing: tracing a graph and
# first allocations happen here, not in the measurement.
_WARM_UP_SIDE = 64


def deepest_within(
    deblurrer: Deblurrer, image: np.ndarray, budget_ms: float
) -> tuple[Deblurrer, dict[int, float]]:
    """Measures depths on `image` from 1 on, until the budget is passed.

    Args:
      deblurrer: of a stack.
      image: (height, width[, channels]), as a `Deblurrer` takes it.
      budget_ms: stop after the first depth that takes longer, in milliseconds.

    Returns:
      (chosen, measured): the `Deblurrer` of the largest depth within the budget, or of
      depth 1, the least there is; and a dict from depth to milliseconds, without
      compilation, reading and writing.
    """
    measured: dict[int, float] = {}
    chosen = deblurrer
    for depth in range(1, deblurrer.num_units + 1):
        candidate = deblurrer.at_depth(depth)
        # What compiles each size is not warm before it has seen this one.
        whole = candidate.compiles_shapes
        candidate(image if whole else image[:_WARM_UP_SIDE, :_WARM_UP_SIDE])
        begin = time.perf_counter()
        candidate(image)
        measured[depth] = 1000 * (time.perf_counter() - begin)
        if depth == 1 or measured[depth] <= budget_ms:
            chosen = candidate
        if measured[depth] > budget_ms:
            break
    return chosen, measured
