"""What figures come from: device, cores and versions."""

import importlib.metadata
import platform
from pathlib import Path

import keras

import tfdeblur
from tfdeblur.system.processors import num_processors
from tfdeblur.system.xla import runs_on_accelerator

_CPUINFO = Path("/proc/cpuinfo")


def environment():
    """A dict of "backend", "device", "cores" and "versions", for the record of a measurement."""
    return {
        "backend": keras.backend.backend(),
        "device": device(),
        "cores": num_processors(),
        "versions": versions(),
    }


def versions():
    """{name: version} of what computes the figures."""
    packages = ("keras", keras.backend.backend(), "numpy")
    return {
        "python": platform.python_version(),
        "tfdeblur": tfdeblur.__version__,
        **{package: importlib.metadata.version(package) for package in packages},
    }


def device():
    """The processor's or accelerator's name, as its maker has it."""
    return _accelerator() if runs_on_accelerator() else _processor()


def _accelerator():
    if keras.backend.backend() == "jax":
        import jax

        return jax.devices()[0].device_kind
    import tensorflow as tf

    [first, *_] = tf.config.list_physical_devices("GPU")
    return tf.config.experimental.get_device_details(first).get("device_name", "GPU")


def _processor():
    # Python's platform.processor() is empty or "x86_64" on Linux.
    try:
        lines = _CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
