r"""Measure speed on this machine.

--what=network: seconds a network takes to restore an image, warmed up and waited
for, and the share it reaches of the machine's fastest matrix product:

  tfdeblur benchmark --what=network --model=dmphn_1_2_4 --height=720 --width=1280

--what=training_step: seconds of one batch with loss, gradients and Adam's update:

  tfdeblur benchmark --what=training_step --model=dmphn_1_2_4 --batch_size=6

--what=input: crops per second and core that the training input pipeline makes
from 720p PNG pairs, beside decoding both images for every crop:

  tfdeblur benchmark --what=input
  tfdeblur benchmark --what=input --pairs=DIR_WITH_input_AND_target

Prints readable lines and, last, one line of JSON. Machines are noisy: compare
what was measured in turn rather than single figures.
"""

import importlib.util
import json
import os
import sys

from absl import flags

from tfdeblur import cli
from tfdeblur.app_flags import check_folder, define_path, expect_no_arguments, was_given
from tfdeblur.choices import BACKENDS, PRECISIONS
from tfdeblur.errors import InputError
from tfdeblur.models.presets import architecture

REQUIRED_FLAGS = ("what",)

_ANY_NETWORK = ("model", "backend", "precision", "jit_compile", "runs", "warmup", "batch_size")
_FLAGS_OF = {
    "input": ("pairs", "crop_size", "crops_per_pair", "batch_size", "rounds"),
    "network": (*_ANY_NETWORK, "height", "width", "depth"),
    "training_step": (*_ANY_NETWORK, "crop_size"),
}


def define_flags(flag_values):
    def integer(name, default, description):
        flags.DEFINE_integer(name, default, description, lower_bound=1, flag_values=flag_values)

    def choice(name, choices, description):
        flags.DEFINE_enum(name, None, choices, description, flag_values=flag_values)

    choice("what", sorted(_FLAGS_OF), "What to measure.")
    flags.DEFINE_string("model", None, "Preset, e.g. dmphn_1_2_4.", flag_values=flag_values)
    choice(
        "backend",
        BACKENDS,
        "What Keras computes with (default: KERAS_BACKEND, else tensorflow).",
    )
    choice(
        "precision",
        PRECISIONS,
        "What the network computes in; weights stay float32 (default: float32).",
    )
    flags.DEFINE_bool(
        "jit_compile",
        None,
        "Compile with XLA (default: on accelerators, and on JAX, which has no other graphs).",
        flag_values=flag_values,
    )
    integer("height", 720, "Height of the images in pixels.")
    integer("width", 1280, "Width of the images in pixels.")
    integer("depth", None, "Units of a stacked network to run (default: all).")
    integer("runs", 5, "Timed runs.")
    integer("warmup", 1, "Runs before them.")
    integer("batch_size", None, "Images or crops a batch (default: network 1, others 8).")
    integer("crop_size", 256, "Side of the crops in pixels.")
    define_path(
        "pairs",
        None,
        "Folder of pairs (input/ and target/) to read; default: 720p pairs made for it.",
        flag_values,
    )
    integer("crops_per_pair", 16, "Crops taken each time a pair is decoded.")
    integer("rounds", 3, "Measurements of the input pipeline.")


def main(flag_values, arguments):
    expect_no_arguments(arguments)
    _check_flags(flag_values)
    if "backend" in _FLAGS_OF[flag_values.what]:
        _choose_backend(flag_values.backend)
    measure = {"input": _input, "network": _network, "training_step": _training_step}
    lines, result = measure[flag_values.what](flag_values)
    print(*lines, json.dumps(result), sep="\n")
    return 0


def _check_flags(flag_values):
    what = flag_values.what
    others = {name for names in _FLAGS_OF.values() for name in names} - {*_FLAGS_OF[what]}
    for name in sorted(others):
        if was_given(flag_values, name):
            owners = [f"--what={owner}" for owner, names in _FLAGS_OF.items() if name in names]
            raise InputError(
                f"Received --{name} with --what={what}; it belongs to {' and '.join(owners)}."
            )
    if "model" in _FLAGS_OF[what] and flag_values.model is None:
        raise InputError(f"Expected --model as well with --what={what}.")
    if flag_values.model is not None:
        architecture(flag_values.model)  # raises where there is none of that name
    if flag_values.pairs is not None:
        check_folder(flag_values.pairs)


def _choose_backend(flag_value):
    """Makes Keras use a backend; it reads the environment variable when it is imported."""
    name, backend = "--backend", flag_value
    if backend is None:
        name, backend = "KERAS_BACKEND", os.environ.get("KERAS_BACKEND")
    if backend is None:
        return
    if backend not in BACKENDS:
        raise InputError(
            f"Received {name}={backend}; expected {' or '.join(BACKENDS)}, which it can time."
        )
    if importlib.util.find_spec(backend) is None:
        raise InputError(
            f"Received {name}={backend}, which is not installed; run pip install {backend}."
        )
    if "keras" in sys.modules:
        current = sys.modules["keras"].backend.backend()
        if current != backend:
            raise InputError(
                f"Received {name}={backend}, but this process has begun with {current}; "
                "run the command in a process of its own."
            )
    os.environ["KERAS_BACKEND"] = backend


def _network(flag_values):
    from tfdeblur.benchmarks.network import measure_network
    from tfdeblur.benchmarks.report import network_lines

    result = measure_network(
        flag_values.model,
        height=flag_values.height,
        width=flag_values.width,
        batch_size=flag_values.batch_size or 1,
        depth=flag_values.depth,
        **_how_to_run(flag_values),
    )
    return network_lines(result), result


def _training_step(flag_values):
    from tfdeblur.benchmarks.report import training_step_lines
    from tfdeblur.benchmarks.training_step import measure_training_step

    result = measure_training_step(
        flag_values.model,
        batch_size=flag_values.batch_size or 8,
        crop_size=flag_values.crop_size,
        **_how_to_run(flag_values),
    )
    return training_step_lines(result), result


def _input(flag_values):
    from tfdeblur.benchmarks.input_pipeline import measure_input
    from tfdeblur.benchmarks.report import input_lines
    from tfdeblur.data.pipeline import CropSettings

    settings = CropSettings(
        crop_size=flag_values.crop_size, crops_per_pair=flag_values.crops_per_pair
    )
    result = measure_input(
        flag_values.pairs, flag_values.batch_size or 8, settings, flag_values.rounds
    )
    return input_lines(result), result


def _how_to_run(flag_values):
    return {
        "precision": flag_values.precision or "float32",
        "jit_compile": flag_values.jit_compile,
        "runs": flag_values.runs,
        "warmup": flag_values.warmup,
    }


if __name__ == "__main__":
    sys.exit(cli.run_app("benchmark"))
