"""From what a user names to a runtime: a preset, its weights, an engine, a device."""

import os

from tfdeblur.choices import CPU_ENGINES
from tfdeblur.errors import InputError
from tfdeblur.inference.device_scope import device_scope
from tfdeblur.inference.runtimes.build import build_runtime
from tfdeblur.inference.runtimes.runtime import Runtime
from tfdeblur.models.precision import precision_scope
from tfdeblur.pretrained import load_network
from tfdeblur.weights.files import load_weights


def load_runtime(
    model,
    weights=None,
    depth=None,
    engine="keras",
    precision=None,
    device=None,
    jit_compile=None,
):
    """The `Runtime` of a network; arguments and errors are those of `Deblurrer`."""
    if isinstance(model, Runtime):
        _refuse(
            f"that {model.name} runs already",
            weights=weights,
            depth=depth,
            engine=None if engine == "keras" else engine,
            precision=precision,
            jit_compile=jit_compile,
        )
        return model
    with device_scope(device):
        if model is None or isinstance(model, str | os.PathLike):
            with precision_scope(precision or "float32"):
                model = load_network(model, weights, depth)
        else:
            _refuse("that is built already", precision=precision)
            if weights is not None:
                load_weights(model, weights)
        runtime = build_runtime(engine, model, depth, jit_compile)
    if device is not None and runtime.name in CPU_ENGINES and not device.startswith("cpu"):
        raise InputError(
            f"Received device {device!r} for the engine {runtime.name}, which runs on the "
            "processor; expected cpu."
        )
    return runtime


def _refuse(what, **given):
    """Raises InputError for values, other than None, that can no longer be chosen."""
    named = [f"{name} {value!r}" for name, value in given.items() if value is not None]
    if named:
        raise InputError(
            f"Received {' and '.join(named)} for a network {what}; expected a preset's name "
            "with that."
        )
