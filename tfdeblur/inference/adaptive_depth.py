"""How deep a stack can go in the time there is.

The abstract of [Zhang19] promises that "by varying the depth of the stacked
model, one can adapt its performance and runtime for different application
scenarios"; here the machine itself says what fits.
"""

import time

# Large enough for every network, small enough to cost nothing: tracing a graph and
# first allocations happen here, not in the measurement.
_WARM_UP_SIDE = 64


def measure_depths(deblurrer, image, budget_ms):
    """Milliseconds that each depth takes on `image`, from depth 1 until the budget is passed.

    Args:
      deblurrer: a `tfdeblur.Deblurrer` of a stack.
      image: (height, width[, channels]), as a `Deblurrer` takes it.
      budget_ms: stop after the first depth that takes longer, in milliseconds.

    Returns:
      A dict from depth to milliseconds, reading and writing of files not counted.
    """
    measured: dict[int, float] = {}
    for depth in range(1, deblurrer.num_units + 1):
        restore = deblurrer.at_depth(depth)
        restore(image[:_WARM_UP_SIDE, :_WARM_UP_SIDE])
        begin = time.perf_counter()
        restore(image)
        measured[depth] = 1000 * (time.perf_counter() - begin)
        if measured[depth] > budget_ms:
            break
    return measured


def deepest_within(measured, budget_ms):
    """The largest depth within the budget; 1, the least there is, if none is."""
    return max((depth for depth, ms in measured.items() if ms <= budget_ms), default=1)
