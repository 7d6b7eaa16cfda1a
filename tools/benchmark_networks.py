r"""Times networks on the CPU and takes their peak memory, beside ONNX Runtime if asked.

  python tools/benchmark_networks.py --height=720 --width=1280 pss_nsc dmphn_1_2_4_8
  python tools/benchmark_networks.py --engines=tensorflow,onnxruntime dmphn_1_2_4_8
  python tools/benchmark_networks.py stack4_dmphn:1 stack4_dmphn:2 stack4_dmphn:4

PRESET:DEPTH runs the first DEPTH units of a stack. Each measurement is a process
of its own, because a process's peak memory never falls again; all of them are
repeated in turn --rounds times and medians are shown, because a machine's speed
drifts. Weights are random: they change neither time nor memory. A run ends when
its result is in host memory, so nothing is left running when the clock is read.
The peak includes the framework itself, given by `baseline`.

ONNX Runtime runs the same network, exported for the one size; it needs the extra
`onnx`. Of PSS-NSC it runs all channels at once, so compare with --all_channels_at_once.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from absl import app, flags

_HEIGHT = flags.DEFINE_integer("height", 720, "Height of the image.")
_WIDTH = flags.DEFINE_integer("width", 1280, "Width of the image.")
_RUNS = flags.DEFINE_integer("runs", 3, "Timed runs of a process, after one to warm up.")
_ROUNDS = flags.DEFINE_integer("rounds", 1, "Processes of each kind, in turn.")
_ENGINES = flags.DEFINE_list("engines", ["tensorflow"], "Of: tensorflow, onnxruntime.")
_ALL_CHANNELS_AT_ONCE = flags.DEFINE_bool(
    "all_channels_at_once",
    False,
    "Run the whole network in one call instead of what deblur does to save memory.",
)
_TASK = flags.DEFINE_string("task", None, "Used by the tool for its own processes.")


def main(argv):
    networks = argv[1:]
    if not networks:
        raise app.UsageError("Expected one or more presets, e.g. pss_nsc dmphn_1_2_4_8.")
    if _TASK.value:
        task, _, file = _TASK.value.partition(":")
        print(json.dumps(_TASKS[task](networks[0], file)))
        return
    print(f"{_WIDTH.value}x{_HEIGHT.value}, {len(os.sched_getaffinity(0))} CPU cores, float32")
    print(
        f"{'network':<22}{'engine':<12}{'seconds':>9}{'peak MB':>9}{'baseline MB':>13}"
        f"{'G multiply-adds':>17}{'/ onnxruntime':>15}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for network in networks:
            _report(network, _measure_in_turn(network, folder))


def _measure_in_turn(network, folder):
    onnx_file = f"{folder}/{network}.onnx"
    if "onnxruntime" in _ENGINES.value:
        _in_own_process(network, f"export:{onnx_file}")
    rounds: dict = {engine: [] for engine in _ENGINES.value}
    for _ in range(_ROUNDS.value):
        for engine, results in rounds.items():
            results.append(_in_own_process(network, f"{engine}:{onnx_file}"))
    return {
        engine: {key: statistics.median(r[key] for r in results) for key in results[0]}
        for engine, results in rounds.items()
    }


def _report(network, results):
    for engine, result in results.items():
        other = results.get("onnxruntime")
        ratio = f"{result['seconds'] / other['seconds']:.2f}" if other else "-"
        print(
            f"{network:<22}{engine:<12}{result['seconds']:>9.2f}{result['peak_mb']:>9.0f}"
            f"{result['baseline_mb']:>13.0f}{result['multiply_adds'] / 1e9:>17.0f}{ratio:>15}",
            flush=True,
        )


def _in_own_process(network, task):
    flag_arguments = [
        f"--height={_HEIGHT.value}",
        f"--width={_WIDTH.value}",
        f"--runs={_RUNS.value}",
        f"--all_channels_at_once={_ALL_CHANNELS_AT_ONCE.value}",
        f"--task={task}",
    ]
    finished = subprocess.run(
        [sys.executable, Path(__file__), *flag_arguments, network],
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if finished.returncode:
        sys.exit(f"{task} of {network} failed:\n{finished.stderr[-2000:]}")
    return json.loads(finished.stdout.splitlines()[-1])


def _model(network):
    import tfdeblur

    preset, _, depth = network.partition(":")
    return tfdeblur.build_model(preset, int(depth) if depth else None)


def _tensorflow(network, _):
    import tensorflow as tf

    model = _model(network)
    baseline_mb = _peak_mb()

    def restore(blur):
        return model(blur)[-1] if _ALL_CHANNELS_AT_ONCE.value else model.deblur(blur)

    image = _image()
    graph = tf.function(restore).get_concrete_function(tf.TensorSpec(image.shape, "float32"))
    blur = tf.constant(image)
    return {
        "seconds": _median_seconds(lambda: graph(blur).numpy()),
        "peak_mb": _peak_mb(),
        "baseline_mb": baseline_mb,
        "multiply_adds": _multiply_adds(graph),
    }


def _export(network, file):
    import keras

    signature = keras.InputSpec(shape=_image().shape, dtype="float32")
    _model(network).export(file, format="onnx", input_signature=[signature], verbose=False)


def _onnxruntime(network, file):
    del network  # the file holds it
    import onnxruntime

    baseline_mb = _peak_mb()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    inputs = {session.get_inputs()[0].name: _image()}
    return {
        "seconds": _median_seconds(lambda: session.run(None, inputs)),
        "peak_mb": _peak_mb(),
        "baseline_mb": baseline_mb,
        "multiply_adds": 0,
    }


_TASKS = {"tensorflow": _tensorflow, "export": _export, "onnxruntime": _onnxruntime}


def _image():
    import numpy as np

    return np.random.RandomState(0).rand(1, _HEIGHT.value, _WIDTH.value, 3).astype("float32")


def _median_seconds(run):
    seconds = []
    for _ in range(1 + _RUNS.value):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


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
