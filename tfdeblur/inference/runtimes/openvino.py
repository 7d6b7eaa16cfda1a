"""Runs a network in OpenVINO, on the CPU."""

import os
from typing import Any

import numpy as np

from tfdeblur.extras import require_extra
from tfdeblur.inference.runtimes.onnx_file import OnnxFileRuntime, check_input_type, reading


class OpenVinoRuntime(OnnxFileRuntime):
    """A network in OpenVINO; see `OnnxFileRuntime` for arguments and errors.

    As fast as Keras on TensorFlow, in less memory (`experiments/benchmarks.md`).

    It is compiled for the shape of a batch, in 0.3 to 1 s, and stays so as long as the
    shape does. OpenVINO could compile it for all shapes at once, but fails to for PSS-NSC
    and takes a third more memory for DMPHN.
    """

    name = "openvino"
    working_bytes_per_pixel = 800

    def _check_installed(self):
        require_extra("openvino", ("openvino",), "The engine openvino")

    def _load(self, path):
        import openvino

        with reading(path, "OpenVINO"):
            self._network = openvino.Core().read_model(path)
        types = [found.element_type.get_type_name() for found in self._network.inputs]
        check_input_type(path, types, "f32")
        self._compiled: dict[tuple, Any] = {}

    def __call__(self, batch):
        batch = np.asarray(batch, np.float32)
        if batch.shape not in self._compiled:
            # Let go of first, or the memory of both would be held.
            self._compiled.clear()
            self._compiled[batch.shape] = self._compiled_for(batch.shape)
        return self._compiled[batch.shape](batch)[0]

    def _compiled_for(self, shape):
        import openvino

        network = self._network.clone()
        network.reshape(list(shape))
        settings = {
            # Where the processor has bfloat16, it is the default.
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": len(os.sched_getaffinity(0)),
        }
        return openvino.compile_model(network, "CPU", settings)
