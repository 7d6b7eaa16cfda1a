"""Runtimes by the names of their engines."""

from tfdeblur.inference.runtimes.keras import KerasRuntime
from tfdeblur.inference.runtimes.runtime import Runtime

ENGINES = ("keras", "onnxruntime", "openvino")


def build_runtime(engine, model, depth=None, jit_compile=None):
    if isinstance(model, Runtime):
        return model
    return KerasRuntime(model, depth, jit_compile)
