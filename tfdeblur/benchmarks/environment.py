"""What a measurement was taken on: device, cores and versions."""

import importlib.metadata
import os
import platform
from pathlib import Path

import keras

from tfdeblur.xla import runs_on_accelerator


def environment():
    """A dict of "backend", "device", "cores" and "versions", for the record of a measurement."""
    backend = keras.backend.backend()
    return {
        "backend": backend,
        "device": _accelerator_name(backend) if runs_on_accelerator() else _processor_name(),
        "cores": len(os.sched_getaffinity(0)),
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in ("keras", backend)},
        },
    }


def _accelerator_name(backend):
    if backend == "jax":
        import jax

        return jax.devices()[0].device_kind
    import tensorflow as tf

    [device, *_] = tf.config.list_physical_devices("GPU")
    return tf.config.experimental.get_device_details(device).get("device_name", device.name)


def _processor_name():
    # Python's platform.processor() is empty or "x86_64" on Linux.
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, name = line.partition(":")
        if key.strip() == "model name":
            return name.strip()
    return platform.machine()
