"""The app `tfdeblur convert`: a release comes in, a weight file or one line goes out."""

import numpy as np
import pytest

from tests.reference.torch_files import write_release
from tests.weights.importers.test_dmphn_release import built, release_arrays
from tfdeblur.cli import run_app
from tfdeblur.weights.files import load_weights


@pytest.fixture
def release(rng, tmp_path):
    arrays = release_arrays(rng, num_levels=1)
    write_release(tmp_path / "release", arrays)
    return tmp_path / "release"


@pytest.fixture
def run(tmp_path, release, capsys):
    def run(flags=(), **values):
        values = {
            "model": "dmphn_1",
            "source": release,
            "output": tmp_path / "a.weights.h5",
            **values,
        }
        given = [f"--{name}={value}" for name, value in values.items() if value is not None]
        status = run_app("convert", [*given, *flags])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.splitlines()

    return run


def test_a_release_becomes_a_weight_file(rng, run, tmp_path):
    status, out, err = run()
    assert (status, err) == (0, [])
    assert "1,808,131 parameters" in out
    model = built((1,))
    load_weights(model, tmp_path / "a.weights.h5")
    [bias] = [v for v in model.variables if v.path.endswith("bias") and v.shape == (3,)]
    expected = release_arrays(np.random.default_rng(2019), 1)["decoder_lv1.pkl:layer24.bias"]
    np.testing.assert_array_equal(bias, expected)


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"model": "dmphn"}, ["'dmphn'", "one of: dmphn_1,"]),
        ({"source": "missing"}, ["missing", "no such folder"]),
        ({"source": "release/encoder_lv1.pkl"}, ["a file", "folder"]),
        ({"source": "."}, ["holds no .pkl"]),
        ({"output": "a.h5"}, ["a.h5", "ending in .weights.h5"]),
        ({"output": "release"}, ["directory"]),
        ({"output": "missing/a.weights.h5"}, ["missing does not exist", "create it"]),
        ({"source": None}, ["--source"]),
        ({"flags": ["--sorce=x"]}, ["sorce"]),
        ({"flags": ["stray"]}, ["'stray'", "flags only"]),
    ],
)
def test_bad_flags(run, tmp_path, values, parts):
    paths = {k: v and tmp_path / v for k, v in values.items() if k in ("source", "output")}
    status, out, err = run(**{**values, **paths})
    assert (status, out, len(err)) == (2, "", 1)
    assert err[0].startswith("tfdeblur convert: ")
    assert all(part in err[0] for part in parts), err[0]
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_another_model_is_listed_and_nothing_is_written(run, tmp_path):
    status, _, err = run(model="dmphn_1_2")
    assert status == 2
    assert len(err) == 1 + len(built((1,)).variables)
    assert all(line.startswith("  missing: ") and "_lv2.pkl:" in line for line in err[:-1])
    assert err[-1].startswith("tfdeblur convert: ")
    assert "dmphn_1_2 (60 differences; nothing was imported)" in err[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_hostile_and_damaged_files_are_refused(run, release, tmp_path):
    (release / "encoder_lv1.pkl").write_bytes(b"cposix\nsystem\n(X\x04\x00\x00\x00exittR.")
    status, _, [line] = run()
    assert status == 2
    assert "encoder_lv1.pkl" in line
    assert "posix.system" in line
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_an_existing_file_stays_without_the_flag(run, tmp_path):
    output = tmp_path / "a.weights.h5"
    output.write_bytes(b"kept")
    status, _, [line] = run()
    assert (status, output.read_bytes()) == (2, b"kept")
    assert "--overwrite" in line
    assert run(flags=["--overwrite"])[0] == 0
    load_weights(built((1,)), output)
