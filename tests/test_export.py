"""The app `tfdeblur export`: the whole command on a network of a few hundred weights."""

import json

import numpy as np
import pytest

from tfdeblur import Deblurrer, build_model
from tfdeblur.cli import run_app
from tfdeblur.exporting.saved_model import load_saved_model
from tfdeblur.models import DMPHN
from tfdeblur.pretrained import DEFAULT_MODEL
from tfdeblur.weights.files import save_weights


# Small enough for the command's own check at 1280x720 to cost next to nothing.
def tiny_stack(depth=None):
    unit = DMPHN((1, 2), filters=(2, 2, 2), blocks_per_stage=1)
    return build_model("stack2_dmphn", depth, unit=unit)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    model = tiny_stack()
    rng = np.random.default_rng(0)
    model.set_weights([0.2 * rng.standard_normal(w.shape) for w in model.get_weights()])
    save_weights(model, folder / "tiny.weights.h5")
    return folder


@pytest.fixture
def run(tiny, tmp_path, capsys, monkeypatch):
    """Runs the app with defaults for what is not given; returns (status, stdout, stderr lines)."""
    # The check would go to smaller images where a network of the usual width might not fit.
    monkeypatch.setattr("tfdeblur.exporting.checked_export.available_memory", lambda: 10**12)

    def run(*flags, **values):
        values = {
            "weights": tiny / "tiny.weights.h5",
            "output": tmp_path / "network",
            **values,
        }
        given = [f"--{name}={value}" for name, value in values.items() if value is not None]
        status = run_app("export", [*given, *flags])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.splitlines()

    return run


SIZES = ["1x65x97: ", "3x65x97: ", "1x720x1280: "]


def test_a_saved_model_of_the_first_unit(run, tiny, tmp_path, rng):
    status, out, err = run(depth=1)
    assert (status, err) == (0, [])
    lines = out.splitlines()
    for line, size in zip(lines[1:4], SIZES, strict=True):
        assert line.strip().startswith(size)
        assert "of the 8-bit values differ" in line
        assert "floats by at most" in line
    assert str(tmp_path / "network") in lines[-1]
    record = json.loads((tmp_path / "network.parity.json").read_text())
    assert (record["depth"], record["num_units"], record["jit_compile"]) == (1, 2, False)
    images = rng.integers(0, 256, (2, 9, 5, 3), np.uint8)
    restored = load_saved_model(tmp_path / "network")["uint8"](images)
    model = tiny_stack(depth=1)
    model.load_weights(tiny / "tiny.weights.h5")
    expected = 255 * np.asarray(model.deblur(images / np.float32(255))).clip(0, 1)
    assert np.abs(restored - expected).max() <= 0.51


def test_weights_may_be_those_of_the_package(run, tmp_path, rng):
    status, out, err = run(model=DEFAULT_MODEL, weights=None)
    assert (status, err) == (0, [])
    assert out.splitlines()[-1].startswith(
        f"{tmp_path / 'network'}: {DEFAULT_MODEL} as saved_model"
    )
    images = rng.integers(0, 256, (1, 9, 5, 3), np.uint8)
    restored = np.asarray(load_saved_model(tmp_path / "network")["uint8"](images), int)
    assert np.abs(restored[0] - Deblurrer(DEFAULT_MODEL)(images[0])).max() <= 1


@pytest.mark.parametrize("format_name", ["onnx", "litert"])
def test_other_formats_take_images_unless_told(run, tmp_path, format_name):
    pytest.importorskip({"onnx": "tf2onnx", "litert": "ai_edge_litert"}[format_name])
    status, out, err = run(format=format_name)
    assert (status, err) == (0, [])
    assert [line.strip().partition(": ")[0] + ": " for line in out.splitlines()[1:4]] == SIZES
    assert "floats" not in out
    record = json.loads((tmp_path / "network.parity.json").read_text())
    assert record["input_type"] == "uint8"
    assert record["parity"][0]["uint8_difference"] <= 1


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"output": None}, ["--output"]),
        ({"format": "pb"}, ["pb", "saved_model"]),
        ({"flags": ["--input=float"]}, ["--input", "saved_model", "both"]),
        ({"format": "onnx", "flags": ["--jit_compile"]}, ["--jit_compile", "onnx"]),
        ({"flags": ["stray"]}, ["'stray'", "flags only"]),
        ({"model": "dmphn_12"}, ["'dmphn_12'", "dmphn_1_2"]),
        ({"weights": "missing.weights.h5"}, ["missing.weights.h5", "no such weight file"]),
        ({"depth": 3}, ["depth", "3"]),
        ({"output": "missing/network"}, ["directory missing does not exist"]),
    ],
)
def test_bad_flags(run, tmp_path, values, parts):
    flags = values.pop("flags", [])
    status, out, err = run(*flags, **values)
    assert (status, out, len(err)) == (2, "", 1)
    assert err[0].startswith("tfdeblur export: ")
    assert all(part in err[0] for part in parts), err[0]
    assert list(tmp_path.iterdir()) == []


def test_an_existing_output_is_refused_before_any_work(run, tmp_path):
    (tmp_path / "network").mkdir()
    status, _, [line] = run(model="no_such_model")
    assert (status, "--overwrite" in line) == (2, True)
    status, _, [line] = run("--overwrite")
    assert (status, "is no SavedModel" in line) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["network"]
