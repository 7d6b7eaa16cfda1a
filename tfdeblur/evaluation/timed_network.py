"""A network and the time it takes, by the protocol of the project.

Network only: the image is on the device before and the result still there after.
Synchronised: devices return from a call before they are done, so the result is
waited for. After warm-up: the first run on a size traces, compiles and allocates.
"""

import time
from typing import Any

import numpy as np
from keras import ops

from tfdeblur.inference.engine import Deblurrer
from tfdeblur.ops.image_range import to_unit_range


class TimedNetwork:
    """Restores one image after the other and says how long each took.

    The very first image is run twice, so that there always is a time; the first
    one of every other size is its warm-up and has none.
    """

    def __init__(self, deblurrer: Deblurrer) -> None:
        self.deblurrer = deblurrer
        self._warm_sizes: set[tuple[int, ...]] = set()

    def __call__(self, blur: np.ndarray) -> tuple[Any, float | None]:
        """(restored, runtime_ms): (1, height, width, 3) as the network gives it, and its time.

        Args:
          blur: (height, width, 3) uint8.

        Raises:
          InputError: for sizes that cannot be restored on this machine.
        """
        size = blur.shape[:2]
        batch = to_unit_range(ops.convert_to_tensor(blur[None]))
        _wait(batch)
        if not self._warm_sizes:
            self._warm_sizes.add(size)
            _wait(self.deblurrer.restore(batch))
        begin = time.perf_counter()
        restored = self.deblurrer.restore(batch)
        _wait(restored)
        runtime_ms = 1000 * (time.perf_counter() - begin)
        if size in self._warm_sizes:
            return restored, runtime_ms
        self._warm_sizes.add(size)
        return restored, None


def _wait(images: Any) -> None:
    """Returns when the device has computed `images`: a value of theirs can be had only then."""
    ops.convert_to_numpy(images[:, :1, :1])
