"""Runs a network in ONNX Runtime, on the CPU."""

from pathlib import Path
from typing import Any

import numpy as np

from tfdeblur.inference.runtimes.onnx_file import OnnxFileRuntime, check_input_type, reading
from tfdeblur.system.extras import require_extra
from tfdeblur.system.processors import num_processors


class OnnxRuntime(OnnxFileRuntime):
    """A network in ONNX Runtime; see `OnnxFileRuntime` for arguments and errors.

    Not faster than Keras on TensorFlow, but without TensorFlow's memory and seconds of
    import where it runs by itself (`experiments/benchmarks.md`).
    """

    name = "onnxruntime"
    working_bytes_per_pixel = 1200

    def _check_installed(self) -> None:
        require_extra("onnx", ("onnxruntime",), "The engine onnxruntime")

    def _load(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = num_processors()
        # It would lay out the memory of each shape for later calls, and takes half as much
        # again for that without being faster.
        options.enable_mem_pattern = False
        with reading(path, "ONNX Runtime"):
            self._session = onnxruntime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )
        inputs = self._session.get_inputs()
        check_input_type(path, [found.type for found in inputs], "tensor(float)")
        self._input_name = inputs[0].name

    def __call__(self, batch: Any) -> np.ndarray:
        [restored] = self._session.run(None, {self._input_name: np.asarray(batch, np.float32)})
        return restored
