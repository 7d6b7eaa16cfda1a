"""Runtimes by the names of their engines."""

import os

import keras

from tfdeblur.choices import CPU_ENGINES, ENGINES
from tfdeblur.errors import InputError
from tfdeblur.inference.runtimes.keras import KerasRuntime
from tfdeblur.inference.runtimes.onnx_runtime import OnnxRuntime
from tfdeblur.inference.runtimes.openvino import OpenVinoRuntime
from tfdeblur.inference.runtimes.runtime import Runtime
from tfdeblur.models import DeblurringModel

_OTHERS = {"onnxruntime": OnnxRuntime, "openvino": OpenVinoRuntime}


def build_runtime(
    engine: str,
    model: DeblurringModel | Runtime | str | os.PathLike,
    depth: int | None = None,
    jit_compile: bool | None = None,
) -> Runtime:
    """A network in the engine of that name.

    Args:
      engine: one of `tfdeblur.choices.ENGINES`.
      model: a built network; for all engines but "keras" also the path of an ONNX file.
        A `Runtime` is returned as it is.
      depth: for stacks, how many units to run; None is all.
      jit_compile: as for `KerasRuntime`; None for the others, which always compile.

    Raises:
      InputError: for an unknown engine, for one whose extra is not installed, and for a
        model, depth or jit_compile that the engine cannot use.
    """
    if isinstance(model, Runtime):
        return model
    if engine not in ENGINES:
        raise InputError(f"Received engine {engine!r}; expected one of {', '.join(ENGINES)}.")
    if engine == "keras":
        if isinstance(model, str | os.PathLike):
            raise InputError(
                f"Received {model} for the engine keras; expected one that runs ONNX files: "
                f"{', '.join(CPU_ENGINES)}."
            )
        return KerasRuntime(model, depth, jit_compile)
    if keras.backend.backend() != "tensorflow" and not isinstance(model, str | os.PathLike):
        raise InputError(
            f"Received the engine {engine} with KERAS_BACKEND={keras.backend.backend()}, which "
            "cannot export a network to it; unset KERAS_BACKEND."
        )
    if jit_compile is not None:
        raise InputError(
            f"Received jit_compile={jit_compile} with the engine {engine}; expected none, for "
            "only the engine keras has a choice."
        )
    return _OTHERS[engine](model, depth)
