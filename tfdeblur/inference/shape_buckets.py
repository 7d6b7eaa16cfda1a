"""Few shapes for an engine that compiles each one anew.

A network compiled with XLA takes 10 to 20 seconds for every new size. Images of a folder
that differ by a few pixels therefore share one: they are padded at the bottom and on the
right to the next multiple of some pixels, and cropped afterwards.
"""

import sys
import threading
import time

from keras import ops

from tfdeblur.errors import InputError
from tfdeblur.inference.runtimes.runtime import RuntimeAround
from tfdeblur.ops.padding import crop_to_size, pad_to_multiple

DEFAULT_BUCKET = 64


class ShapeBuckets(RuntimeAround):
    """Another runtime that is given few shapes, and says when it compiles one.

    Args:
      runtime: the `Runtime`; one that compiles shapes, or there is nothing to gain.
      bucket: pixels; heights and widths are padded to multiples of it, by reflection.
      report: called with a line of text before and after each compilation.

    Raises:
      InputError: for a bucket below 1.
    """

    def __init__(self, runtime, bucket=DEFAULT_BUCKET, report=None):
        if bucket < 1:
            raise InputError(f"Received bucket {bucket}; expected 1 or more pixels.")
        super().__init__(runtime)
        self._bucket = bucket
        self._report = report or _to_stderr
        self._compiled: set = set()
        # Threads that bring the same new shape would all compile it.
        self._compiling = threading.Lock()

    def __call__(self, batch):
        _, height, width, _ = batch.shape
        padded = pad_to_multiple(ops.convert_to_tensor(batch), (self._bucket, self._bucket))
        return crop_to_size(self._restored(padded), height, width)

    def _restored(self, batch):
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


def _to_stderr(line):
    print(line, file=sys.stderr)
