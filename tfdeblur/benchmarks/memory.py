"""Peak memory, of the accelerator where there is one and else of the process.

A process's peak never falls again and holds the framework too, some hundred
megabytes. So a baseline is taken before the work begins, and whoever measures two
things uses two processes.
"""

import contextlib
from pathlib import Path

import psutil

from tfdeblur.errors import InputError
from tfdeblur.inference.size_limits import check_size, memory_errors_in_words
from tfdeblur.system.memory import available_memory

_STATUS = Path("/proc/self/status")


def process_peak_bytes():
    """The most memory this process has held so far, in bytes.

    What it holds now, where the system (macOS) does not keep the peak.
    """
    # psutil has Windows' peak, but not Linux's.
    lines = _STATUS.read_text(encoding="utf-8").splitlines() if _STATUS.exists() else []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    memory = psutil.Process().memory_info()
    return getattr(memory, "peak_wset", memory.rss)


class PeakMemory:
    """Peak memory from the making of this object on.

    Attributes:
      source: "device" or "process".
      baseline_bytes: held before the work: in use on the device, or the peak of the
        process.
    """

    def __init__(self):
        device = _device_statistics()
        self.source = "process" if device is None else "device"
        self.baseline_bytes = process_peak_bytes() if device is None else device["in_use"]

    def report(self):
        """A dict of "memory_source", "baseline_memory_mb" and "peak_memory_mb" so far."""
        device = _device_statistics()
        peak_bytes = process_peak_bytes() if device is None else device["peak"]
        return {
            "memory_source": self.source,
            "baseline_memory_mb": self.baseline_bytes / 1e6,
            "peak_memory_mb": peak_bytes / 1e6,
        }


@contextlib.contextmanager
def memory_for(model, batch_size, height, width):
    """Refuses to begin what cannot fit, and says so if it did not fit after all.

    Args:
      model: a `tfdeblur.models.DeblurringModel`.
      batch_size: images at a time.
      height: of the images, in pixels.
      width: of the images, in pixels.

    Raises:
      InputError: for a size the network cannot take, and when the batch takes more
        memory than there is. Before the work, that is judged on the processor only,
        where running out of memory would end the process.
    """
    if _device_statistics() is None:
        image_bytes = height * width * model.working_bytes_per_pixel
        check_size(height, width, model.working_bytes_per_pixel)
        most = available_memory() // image_bytes
        if batch_size > most:
            raise InputError(
                f"Received batch_size {batch_size}; expected at most {most} for {width}x{height} "
                "pixels, for more do not fit into memory."
            )
    with memory_errors_in_words(f"{batch_size} x {width}x{height} pixels"):
        yield


def _device_statistics():
    """Bytes "in_use" and "peak" of the first accelerator; None without one."""
    # Not at the top: the peak of a process can be read without any framework.
    import keras

    from tfdeblur.system.xla import runs_on_accelerator

    if not runs_on_accelerator():
        return None
    if keras.backend.backend() == "jax":
        import jax

        statistics = jax.devices()[0].memory_stats()
        return {"in_use": statistics["bytes_in_use"], "peak": statistics["peak_bytes_in_use"]}
    import tensorflow as tf

    statistics = tf.config.experimental.get_memory_info("GPU:0")
    return {"in_use": statistics["current"], "peak": statistics["peak"]}
