r"""Times several networks on the CPU in turn, beside ONNX Runtime if asked.

For one network, and on any device, there is `tfdeblur benchmark --what=network`;
this measures in the same way.

  python tools/benchmark_networks.py --height=720 --width=1280 pss_nsc dmphn_1_2_4_8
  python tools/benchmark_networks.py --engines=tensorflow,onnxruntime dmphn_1_2_4_8
  python tools/benchmark_networks.py stack4_dmphn:1 stack4_dmphn:2 stack4_dmphn:4

PRESET:DEPTH runs the first DEPTH units of a stack. Each measurement is a process
of its own, because a process's peak memory never falls again; all of them are
repeated in turn --rounds times and medians are shown, because a machine's speed
drifts. Weights are random: they change neither time nor memory. The peak includes
the framework itself, given by `baseline`.

ONNX Runtime runs the same network, exported for the one size; it needs the extra
`onnx`. Of PSS-NSC it runs all channels at once, so compare with --all_channels_at_once.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from absl import app, flags

# These import no framework, which would count as memory of ONNX Runtime.
from tfdeblur.benchmarks.memory import process_peak_bytes
from tfdeblur.benchmarks.timing import measure_seconds

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
    import keras

    from tfdeblur.benchmarks.backend import synchronised
    from tfdeblur.benchmarks.multiply_adds import multiply_adds

    model = _model(network)
    baseline = process_peak_bytes()

    def restore(blur):
        return model(blur)[-1] if _ALL_CHANNELS_AT_ONCE.value else model.deblur(blur)

    run = synchronised(restore, jit_compile=False)
    blur = keras.ops.convert_to_tensor(_image())
    measured = _measured(lambda: run(blur), baseline)
    return {**measured, "multiply_adds": multiply_adds(model, _HEIGHT.value, _WIDTH.value)}


def _export(network, file):
    import keras

    signature = keras.InputSpec(shape=_image().shape, dtype="float32")
    _model(network).export(file, format="onnx", input_signature=[signature], verbose=False)


def _onnxruntime(network, file):
    del network  # the file holds it
    import onnxruntime

    baseline = process_peak_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    inputs = {session.get_inputs()[0].name: _image()}
    return {**_measured(lambda: session.run(None, inputs), baseline), "multiply_adds": 0}


_TASKS = {"tensorflow": _tensorflow, "export": _export, "onnxruntime": _onnxruntime}


def _image():
    import numpy as np

    return np.random.RandomState(0).rand(1, _HEIGHT.value, _WIDTH.value, 3).astype("float32")


def _measured(run, baseline):
    return {
        "seconds": measure_seconds(run, _RUNS.value).median,
        "peak_mb": process_peak_bytes() / 1e6,
        "baseline_mb": baseline / 1e6,
    }


if __name__ == "__main__":
    app.run(main)
