r"""Times `model.deblur` of presets on the CPU and takes their peak memory.

  python tools/benchmark_networks.py --height=720 --width=1280 pss_nsc dmphn_1_2_4_8

Each preset runs in a process of its own, because a process's peak memory never
falls again. Weights are random: they change neither time nor memory. A run ends
when its result is in host memory, so nothing is left running when the clock is
read. The peak includes the framework itself, given by `baseline`.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from absl import app, flags

_HEIGHT = flags.DEFINE_integer("height", 720, "Height of the image.")
_WIDTH = flags.DEFINE_integer("width", 1280, "Width of the image.")
_RUNS = flags.DEFINE_integer("runs", 3, "Timed runs, after one to warm up; the median is shown.")
_ALL_CHANNELS_AT_ONCE = flags.DEFINE_bool(
    "all_channels_at_once",
    False,
    "Run the whole network in one call instead of what deblur does to save memory.",
)
_IN_PROCESS = flags.DEFINE_bool("in_process", False, "Used by the tool for its own processes.")


def main(argv):
    presets = argv[1:]
    if not presets:
        raise app.UsageError("Expected one or more presets, e.g. pss_nsc dmphn_1_2_4_8.")
    if _IN_PROCESS.value:
        print(json.dumps(_measure(presets[0])))
        return
    size = f"{_WIDTH.value}x{_HEIGHT.value}"
    print(f"{size}, {len(os.sched_getaffinity(0))} CPU cores, float32, TensorFlow graph")
    print(f"{'preset':<24}{'seconds':>9}{'peak MB':>9}{'baseline MB':>13}{'G multiply-adds':>17}")
    for preset in presets:
        result = _measure_in_own_process(preset)
        print(
            f"{preset:<24}{result['seconds']:>9.2f}{result['peak_mb']:>9.0f}"
            f"{result['baseline_mb']:>13.0f}{result['multiply_adds'] / 1e9:>17.0f}",
            flush=True,
        )


def _measure_in_own_process(preset):
    flag_arguments = [
        f"--height={_HEIGHT.value}",
        f"--width={_WIDTH.value}",
        f"--runs={_RUNS.value}",
        f"--all_channels_at_once={_ALL_CHANNELS_AT_ONCE.value}",
        "--in_process",
    ]
    finished = subprocess.run(
        [sys.executable, Path(__file__), *flag_arguments, preset],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return json.loads(finished.stdout.splitlines()[-1])


def _measure(preset):
    import numpy as np
    import tensorflow as tf

    import tfdeblur

    model = tfdeblur.build_model(preset)
    baseline_mb = _peak_mb()

    def restore(blur):
        return model(blur)[-1] if _ALL_CHANNELS_AT_ONCE.value else model.deblur(blur)

    image = np.random.RandomState(0).rand(1, _HEIGHT.value, _WIDTH.value, 3).astype("float32")
    graph = tf.function(restore).get_concrete_function(tf.TensorSpec(image.shape, "float32"))
    blur = tf.constant(image)
    seconds = []
    for _ in range(1 + _RUNS.value):
        start = time.perf_counter()
        graph(blur).numpy()
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": statistics.median(seconds[1:]),
        "peak_mb": _peak_mb(),
        "baseline_mb": baseline_mb,
        "multiply_adds": _multiply_adds(graph),
    }


def _multiply_adds(graph):
    """Of all convolutions in a graph whose sizes are all known."""
    total = 0
    for operation in graph.graph.get_operations():
        if operation.type == "Conv2D":
            # Every output value is a sum over (rows, columns, inputs).
            rows, columns, num_inputs, _ = operation.inputs[1].shape
            total += operation.outputs[0].shape.num_elements() * rows * columns * num_inputs
        elif operation.type == "Conv2DBackpropInput":
            # A transposed convolution: every input value goes to (rows, columns, outputs).
            rows, columns, num_outputs, _ = operation.inputs[1].shape
            total += operation.inputs[2].shape.num_elements() * rows * columns * num_outputs
    return total


def _peak_mb():
    # Linux counts in units of 1024 bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    app.run(main)
