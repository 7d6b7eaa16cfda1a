"""Runs a network in OpenVINO, on the CPU."""

import collections
import threading
from pathlib import Path
from typing import Any

import numpy as np

from tfdeblur.inference.runtimes.onnx_file import OnnxFileRuntime, check_input_type, reading
from tfdeblur.system.extras import require_extra
from tfdeblur.system.processors import num_processors

_SHAPES_KEPT = 2


class OpenVinoRuntime(OnnxFileRuntime):
    """A network in OpenVINO; see `OnnxFileRuntime` for arguments and errors.

    As fast as Keras on TensorFlow, in less memory (`experiments/benchmarks.md`).

    It is compiled for the shape of a batch, in 0.3 to 1 s; the last two shapes are kept,
    for folders of upright and lying pictures. OpenVINO could compile it for all shapes at
    once, but fails to for PSS-NSC and takes a third more memory for DMPHN. Threads wait
    for each other: a compiled network runs one batch at a time, on all cores.
    """

    name = "openvino"
    working_bytes_per_pixel = 800
    compiles_shapes = True

    def _check_installed(self) -> None:
        require_extra("openvino", ("openvino",), "The engine openvino")

    def _load(self, path: Path) -> None:
        import openvino

        with reading(path, "OpenVINO"):
            self._network = openvino.Core().read_model(path)
        types = [found.element_type.get_type_name() for found in self._network.inputs]
        check_input_type(path, types, "f32")
        self._compiled: collections.OrderedDict[tuple, Any] = collections.OrderedDict()
        self._running = threading.Lock()

    def __call__(self, batch: Any) -> np.ndarray:
        batch = np.asarray(batch, np.float32)
        with self._running:
            if batch.shape not in self._compiled:
                # Let go of first, or the memory of one more would be held.
                while len(self._compiled) >= _SHAPES_KEPT:
                    self._compiled.popitem(last=False)
                self._compiled[batch.shape] = self._compiled_for(batch.shape)
            self._compiled.move_to_end(batch.shape)
            # A copy: the next batch is written over the engine's own result.
            return np.array(self._compiled[batch.shape](batch)[0])

    def _compiled_for(self, shape: tuple[int, ...]) -> Any:
        import openvino

        network = self._network.clone()
        network.reshape(list(shape))
        settings = {
            # Where the processor has bfloat16, it is the default.
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": num_processors(),
        }
        return openvino.compile_model(network, "CPU", settings)
