"""Choosing the device that a network runs on."""

import contextlib
import re
from contextlib import AbstractContextManager

import keras

from tfdeblur.errors import InputError


def device_scope(name: str | None) -> AbstractContextManager:
    """A context in which Keras computes on device `name`; None leaves the choice to it.

    Args:
      name: "cpu", "gpu", "tpu", with ":1" and so on for the second of its kind.

    Raises:
      InputError: for a device that this machine does not have.
    """
    if name is None:
        return contextlib.nullcontext()
    present = _devices()
    wanted = str(name).lower()
    wanted = wanted if ":" in wanted else f"{wanted}:0"
    if not re.fullmatch(r"[a-z]+:\d+", wanted) or wanted not in present:
        raise InputError(f"Received device {name!r}; expected one of {', '.join(present)}.")
    return keras.device(wanted)


def _devices() -> list[str]:
    if keras.backend.backend() == "jax":
        import jax

        kinds = dict.fromkeys([jax.default_backend(), "cpu"])
        return [f"{kind}:{i}" for kind in kinds for i in range(jax.device_count(kind))]
    import tensorflow as tf

    # "/device:GPU:0"
    return [device.name[len("/device:") :].lower() for device in tf.config.list_logical_devices()]
