"""Few shapes for an engine that compiles each one anew.

A network compiled with XLA takes 10 to 20 seconds for every new size. Images of a folder
that differ by a few pixels therefore share one: they are padded at the bottom and on the
right to the next multiples of some pixels, and cropped afterwards. Up to the multiples that
the network pads to anyway this changes nothing; beyond them it does, as a DMPHN cuts what it
is given into patches of equal sizes.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import Any

from keras import ops

from tfdeblur.inference.runtimes.runtime import Runtime, RuntimeAround
from tfdeblur.ops.padding import crop_to_size, pad_to_multiple

_log = logging.getLogger(__name__)


class ShapeBuckets(RuntimeAround):
    """Another runtime that is given few shapes, and says when it compiles one.

    Args:
      runtime: one that compiles shapes, or there is nothing to gain.
      bucket: pixels; heights and widths are padded to multiples of it and of what the
        network takes. 1 gives the network's result exactly.
      report: called with a line of text before and after each compilation.
    """

    def __init__(
        self,
        runtime: Runtime,
        bucket: int = 1,
        report: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(runtime)
        model = runtime.model
        own = (1, 1) if model is None else model.size_multiple
        self._multiples = [math.lcm(bucket, multiple) for multiple in own]
        self._padding_mode = "reflect" if model is None else model.padding_mode
        self._report = report or _log.info
        self._bucket = bucket
        self._compiled: set[tuple[int, ...]] = set()
        # Threads that bring the same new shape would all compile it.
        self._compiling = threading.Lock()

    def __reduce__(self) -> tuple:
        # Another process has compiled nothing.
        return ShapeBuckets, (self._runtime, self._bucket, self._report)

    def __call__(self, batch: Any) -> Any:
        _, height, width, _ = batch.shape
        batch = ops.convert_to_tensor(batch)
        padded = pad_to_multiple(batch, self._multiples, self._padding_mode)
        return crop_to_size(self._restored(padded), height, width)

    def _restored(self, batch: Any) -> Any:
        shape = tuple(batch.shape)
        if shape in self._compiled:
            return self._runtime(batch)
        with self._compiling:
            if shape in self._compiled:
                return self._runtime(batch)
            what = f"{shape[2]}x{shape[1]} pixels, {shape[0]} at a time"
            self._report(f"compiling for {what}, once ...")
            begin = time.perf_counter()
            restored = self._runtime(batch)
            ops.convert_to_numpy(restored[:, :1, :1])  # devices return before they are done
            self._report(f"compiled for {what} in {time.perf_counter() - begin:.1f} s")
            self._compiled.add(shape)
            return restored
