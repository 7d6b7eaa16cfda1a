"""Where figures come from: weights, versions, device."""

import hashlib
import importlib.metadata
import platform
from pathlib import Path

import keras
import numpy as np

import tfdeblur


def weights_sha256(model):
    """SHA-256 of the values of all weights, in the model's order.

    Of shapes and float32 values, not of a file: the same weights give the same sum
    wherever they are, in memory, in a file of any format, or in a stack built only
    up to the depth that is used (then of the units there are).
    """
    digest = hashlib.sha256()
    for variable in model.weights:
        values = keras.ops.convert_to_numpy(keras.ops.cast(variable, "float32"))
        digest.update(f"{values.shape}".encode())
        digest.update(np.ascontiguousarray(values, "<f4").tobytes())
    return digest.hexdigest()


def versions():
    """{name: version} of what computes the figures."""
    backend = keras.backend.backend()
    packages = ("keras", backend, "numpy")
    return {
        "python": platform.python_version(),
        "tfdeblur": tfdeblur.__version__,
        **{package: importlib.metadata.version(package) for package in packages},
    }


def device():
    """The processor's or accelerator's name, as its maker has it."""
    if keras.backend.backend() == "jax":
        import jax

        [first, *_] = jax.devices()
        return _processor() if first.platform == "cpu" else first.device_kind
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return _processor()
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
