r"""Times networks on the CPU in several engines, and prints a table in Markdown.

For one network, and on any device, there is `tfdeblur benchmark --what=network`.

  python tools/benchmark_networks.py --rounds=2
  python tools/benchmark_networks.py --engines=tensorflow,onnxruntime dmphn_1_2_4_8
  python tools/benchmark_networks.py --engines=tensorflow stack4_dmphn:1 stack4_dmphn:2

PRESET:DEPTH runs the first DEPTH units of a stack; without presets, the six of
`experiments/benchmarks.md` are run. What is timed is a call of a
`tfdeblur.inference.runtimes` runtime, as `tfdeblur deblur` makes it.

Each measurement is a process of its own, because a process's peak memory never falls
again; all of them, and the matrix product that speed is held against
(`tfdeblur.benchmarks.machine_peak`), are repeated in turn --rounds times and medians are
shown, because a machine's speed drifts. Weights are random: they change neither time nor
memory. The peak holds all of the process, the framework too; "held before" is what it
held when the network was ready. ONNX Runtime and OpenVINO read an exported file, without
TensorFlow in their processes; they need the extras `onnx` and `openvino`.

TensorFlow imports JAX where it finds it, for nothing here and 110 MB. Only the extra
`test` installs it, so it is hidden, for a peak that users have.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from absl import app, flags

# These import no framework, which would count as memory of the others.
from tfdeblur.benchmarks.memory import process_peak_bytes
from tfdeblur.benchmarks.timing import measure_seconds
from tfdeblur.system.processors import num_processors

_NETWORKS = ("dmphn_1", "dmphn_1_2", "dmphn_1_2_4", "dmphn_1_2_4_8", "stack2_dmphn", "pss_nsc")

_HEIGHT = flags.DEFINE_integer("height", 720, "Height of the image.")
_WIDTH = flags.DEFINE_integer("width", 1280, "Width of the image.")
_RUNS = flags.DEFINE_integer("runs", 1, "Timed runs of a process, after one to warm up.")
_ROUNDS = flags.DEFINE_integer("rounds", 1, "Processes of each kind, in turn.")
_ENGINES = flags.DEFINE_list(
    "engines",
    ["tensorflow", "onnxruntime", "openvino"],
    "Of: tensorflow, tensorflow_bfloat16, onnxruntime, openvino.",
)
_TASK = flags.DEFINE_string("task", None, "Used by the tool for its own processes.")

_HEAD = (
    "network",
    "engine",
    "seconds",
    "/ onnxruntime",
    "share of peak",
    "peak MB",
    "held before MB",
    "10^9 multiply-adds",
)


def main(argv):
    if _TASK.value:
        task, _, file = _TASK.value.partition(":")
        print(json.dumps(_TASKS[task](argv[1], file)))
        return
    unknown = set(_ENGINES.value) - _ENGINE_TASKS.keys()
    if unknown:
        raise app.UsageError(f"Expected engines of {', '.join(_ENGINE_TASKS)}; got {unknown}.")
    cores = num_processors()
    print(f"{_WIDTH.value}x{_HEIGHT.value}, {cores} CPU cores, medians of {_ROUNDS.value} rounds\n")
    print(_line(_HEAD))
    print(_line(["---"] * len(_HEAD)))
    with tempfile.TemporaryDirectory() as folder:
        for network in argv[1:] or _NETWORKS:
            for row in table_rows(network, *_measure_in_turn(network, folder)):
                print(_line(row), flush=True)


def table_rows(network, count, peak, results):
    """The lines of one network, as texts.

    Args:
      network: what to call it.
      count: multiply-adds of one run.
      peak: multiply-adds per second of a matrix product.
      results: by engine, a dict of "seconds", "peak_mb" and "baseline_mb".
    """
    other = results.get("onnxruntime")
    for engine, result in results.items():
        yield (
            network,
            engine,
            f"{result['seconds']:.2f}",
            f"{result['seconds'] / other['seconds']:.2f}" if other else "-",
            f"{count / result['seconds'] / peak:.2f}",
            f"{result['peak_mb']:.0f}",
            f"{result['baseline_mb']:.0f}",
            f"{count / 1e9:.0f}",
        )


def _line(cells):
    return f"| {' | '.join(cells)} |"


def _measure_in_turn(network, folder):
    """(multiply-adds, those a second of a matrix product, medians by engine)."""
    file = Path(folder) / "network.onnx"
    others = {"onnxruntime", "openvino"} & set(_ENGINES.value)
    count = _in_own_process(network, f"prepare:{file if others else ''}")["multiply_adds"]
    peaks = []
    rounds: dict = {engine: [] for engine in _ENGINES.value}
    for _ in range(_ROUNDS.value):
        for engine, results in rounds.items():
            results.append(_in_own_process(network, f"{engine}:{file}"))
        peaks.append(_in_own_process(network, "peak")["multiply_adds_per_second"])
    medians = {
        engine: {key: statistics.median(r[key] for r in results) for key in results[0]}
        for engine, results in rounds.items()
    }
    return count, statistics.median(peaks), medians


def _in_own_process(network, task):
    flag_arguments = [
        f"--height={_HEIGHT.value}",
        f"--width={_WIDTH.value}",
        f"--runs={_RUNS.value}",
        f"--task={task}",
    ]
    finished = subprocess.run(
        [sys.executable, Path(__file__), *flag_arguments, network],
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"},
    )
    if finished.returncode:
        sys.exit(f"{task} of {network} failed:\n{finished.stderr[-2000:]}")
    return json.loads(finished.stdout.splitlines()[-1])


def _model(network, precision="float32"):
    import tfdeblur
    from tfdeblur.models.precision import precision_scope

    preset, _, depth = network.partition(":")
    with precision_scope(precision):
        return tfdeblur.build_model(preset, int(depth) if depth else None)


def _prepare(network, file):
    """Counts the multiply-adds and exports the network if `file` is not empty."""
    from tfdeblur.benchmarks.multiply_adds import multiply_adds
    from tfdeblur.exporting.onnx import export_onnx

    model = _model(network)
    if file:
        export_onnx(model, file)
    return {"multiply_adds": multiply_adds(model, _HEIGHT.value, _WIDTH.value)}


def _peak(network, file):
    del network, file
    from tfdeblur.benchmarks.machine_peak import MatrixProduct

    return {"multiply_adds_per_second": MatrixProduct().multiply_adds_per_second()}


def _tensorflow(network, file, precision="float32"):
    del file
    # An import of it fails from here on.
    sys.modules["jax"] = None  # type: ignore[assignment]
    from tfdeblur.inference.runtimes.keras import KerasRuntime

    return _measured(KerasRuntime(_model(network, precision)))


def _tensorflow_bfloat16(network, file):
    return _tensorflow(network, file, "bfloat16")


def _onnxruntime(network, file):
    del network  # the file holds it
    from tfdeblur.inference.runtimes.onnx_runtime import OnnxRuntime

    return _measured(OnnxRuntime(file))


def _openvino(network, file):
    del network  # the file holds it
    from tfdeblur.inference.runtimes.openvino import OpenVinoRuntime

    return _measured(OpenVinoRuntime(file))


_ENGINE_TASKS = {
    "tensorflow": _tensorflow,
    "tensorflow_bfloat16": _tensorflow_bfloat16,
    "onnxruntime": _onnxruntime,
    "openvino": _openvino,
}
_TASKS = {"prepare": _prepare, "peak": _peak, **_ENGINE_TASKS}


def _measured(runtime):
    import numpy as np

    image = np.random.RandomState(0).rand(1, _HEIGHT.value, _WIDTH.value, 3).astype("float32")
    baseline = process_peak_bytes()
    # As NumPy, which waits for the result.
    seconds = measure_seconds(lambda: np.asarray(runtime(image)), _RUNS.value).median
    return {
        "seconds": seconds,
        "peak_mb": process_peak_bytes() / 1e6,
        "baseline_mb": baseline / 1e6,
    }


if __name__ == "__main__":
    app.run(main)
