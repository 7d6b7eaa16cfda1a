"""The app `tfdeblur benchmark`: what it reports and what it refuses; no speed is tested."""

import json
import os
import subprocess
import sys

import pytest
from absl import flags

from tests.conftest import PROJECT
from tfdeblur import benchmark, cli
from tfdeblur.choices import PRECISIONS

SECONDS = {"seconds_median", "seconds_min", "seconds_max", "seconds_first_run", "runs"}
MEMORY = {"memory_source", "baseline_memory_mb", "peak_memory_mb"}
ENVIRONMENT = {"backend", "device", "cores", "versions"}
SETTINGS = {"what", "model", "batch_size", "precision", "jit_compile"}

TINY = ("--height=15", "--width=9", "--runs=2")


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs the app; returns (status, lines on stdout, lines on stderr)."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)

    def run(*arguments):
        status = cli.run_app("benchmark", arguments)
        captured = capsys.readouterr()
        return status, captured.out.splitlines(), captured.err.splitlines()

    return run


def test_a_network(run):
    status, [line, *_, last], _ = run("--what=network", "--model=dmphn_1", "--batch_size=2", *TINY)
    assert status == 0
    assert line.startswith("dmphn_1, 2 x 9x15: ")
    result = json.loads(last)
    assert set(result) == SETTINGS | SECONDS | MEMORY | ENVIRONMENT | {
        "depth",
        "height",
        "width",
        "multiply_adds",
        "multiply_adds_per_second",
        "machine_peak_multiply_adds_per_second",
        "machine_peak_matrix_size",
        "share_of_machine_peak",
    }
    assert result["backend"] == "tensorflow"
    assert result["multiply_adds"] == 2 * 248_512 * 16 * 12
    reached = result["multiply_adds"] / result["seconds_median"]
    assert result["multiply_adds_per_second"] == pytest.approx(reached)
    assert 0 < result["share_of_machine_peak"] < 1  # so small an image takes no machine to its end
    assert result["machine_peak_multiply_adds_per_second"] > 0
    assert 0 < result["seconds_min"] <= result["seconds_median"] <= result["seconds_max"]
    assert 0 < result["baseline_memory_mb"] <= result["peak_memory_mb"]


def test_depth_and_precision_of_a_network(run):
    arguments = ("--what=network", "--model=stack2_dmphn", "--depth=1", "--precision=bfloat16")
    status, [*_, last], _ = run(*arguments, *TINY)
    assert status == 0
    result = json.loads(last)
    assert (result["depth"], result["precision"]) == (1, "bfloat16")
    assert result["multiply_adds"] == 3 * 248_512 * 16 * 16


def test_a_training_step(run):
    arguments = ("--what=training_step", "--model=dmphn_1", "--batch_size=2", "--crop_size=8")
    status, [line, *_, last], _ = run(*arguments, "--runs=2")
    assert status == 0
    assert line.startswith("dmphn_1, a step on 2 crops of 8x8, 3 channels: ")
    result = json.loads(last)
    expected = {"crop_size", "channels", "crops_per_second"}
    assert set(result) == SETTINGS | SECONDS | MEMORY | ENVIRONMENT | expected
    assert result["crops_per_second"] == pytest.approx(2 / result["seconds_median"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--what=network", "--model=dmphn_1", *TINY),
        ("--what=training_step", "--model=dmphn_1", "--batch_size=1", "--crop_size=8", "--runs=1"),
    ],
)
def test_jax(arguments):
    environment = {name: v for name, v in os.environ.items() if name != "KERAS_BACKEND"}
    finished = subprocess.run(
        [sys.executable, "-m", "tfdeblur", "benchmark", "--backend=jax", *arguments],
        env={**environment, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    result = json.loads(finished.stdout.splitlines()[-1])
    assert result["backend"] == "jax"
    assert result["jit_compile"] is True
    assert set(result["versions"]) == {"python", "tfdeblur", "keras", "jax", "numpy"}
    if result["what"] == "network":
        assert result["multiply_adds"] == 248_512 * 16 * 12


NETWORK = ("--what=network", "--model=dmphn_1")
STEP = ("--what=training_step", "--model=dmphn_1_2_4")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--what=network",), "Expected --model as well with --what=network."),
        (("--what=training_step",), "Expected --model as well with --what=training_step."),
        (("--what=network", "--model=dmphn_12"), "expected one of: dmphn_1_2, dmphn_1, "),
        ((*NETWORK, "--height=0"), "--height=0: 0 is not a positive integer"),
        ((*NETWORK, "--height=1"), "received 1280x1 pixels; expected at least 2 rows"),
        ((*NETWORK, "--width=20000"), "expected sides of at most 16384 pixels"),
        ((*NETWORK, "--batch_size=1000000"), "Received batch_size 1000000; expected at most "),
        ((*NETWORK, "--precision=int8"), "value should be one of <float32|bfloat16|float16>"),
        ((*NETWORK, "--backend=torch"), "value should be one of <tensorflow|jax>"),
        ((*NETWORK, "--backend=jax"), "this process has begun with tensorflow"),
        ((*NETWORK, "--pairs=x"), "Received --pairs with --what=network; it belongs to --what=in"),
        ((*NETWORK, "--crop_size=8"), "belongs to --what=input and --what=training_step."),
        ((*NETWORK, "stray"), "Received 'stray'; expected flags only"),
        (("--what=network", "--model=stack2_dmphn", "--depth=3"), "Received depth 3; expected 1"),
        ((*STEP, "--crop_size=20"), "Received crop_size 20; expected a multiple of 8"),
        ((*STEP, "--depth=1"), "Received --depth with --what=training_step; it belongs to"),
        (("--what=input", "--model=dmphn_1"), "Received --model with --what=input; it belongs"),
        (("--what=speed",), "value should be one of <input|network|training_step>"),
    ],
)
def test_refusals(run, arguments, message):
    status, out, [line] = run(*arguments)
    assert (status, out) == (2, [])
    assert line.startswith("tfdeblur benchmark: ")
    assert message in line


@pytest.mark.parametrize(("backend", "message"), [("torch", "expected"), ("jax", "has begun")])
def test_a_backend_of_the_environment_is_judged_too(run, monkeypatch, backend, message):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    status, _, [line] = run(*NETWORK)
    assert status == 2
    assert f"Received KERAS_BACKEND={backend}" in line
    assert message in line


def test_a_backend_that_is_not_installed_is_refused(run, monkeypatch):
    monkeypatch.setattr(benchmark.importlib.util, "find_spec", lambda name: None)
    status, _, [line] = run(*NETWORK, "--backend=jax")
    assert status == 2
    assert line.endswith("Received --backend=jax, which is not installed; run pip install jax.")


def test_precisions_of_the_flag_are_those_there_are():
    flag_values = flags.FlagValues()
    benchmark.define_flags(flag_values)
    assert tuple(flag_values["precision"].parser.enum_values) == PRECISIONS
