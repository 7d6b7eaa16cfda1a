"""The script `tfdeblur`: commands, help, exit status, and quiet frameworks."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import tfdeblur
from tests.weights.importers.test_dmphn_release import built
from tfdeblur import cli
from tfdeblur.errors import InputError
from tfdeblur.weights.files import save_weights


@pytest.mark.parametrize("argv", [["--help"], ["-h"], ["help"], []])
def test_overview_names_every_command(argv, capsys):
    assert cli.main(argv) == (0 if argv else 2)
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in cli.APPS)


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == tfdeblur.__version__


def test_unknown_command(capsys):
    assert cli.main(["debblur"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "'debblur'" in line
    assert "deblur" in line.split("expected")[1]


@pytest.mark.parametrize("name", cli.APPS)
def test_help_explains_every_flag_in_readable_lines(name, capsys):
    assert cli.main([name, "--model=x", "--help"]) == 0
    out = capsys.readouterr().out
    app = importlib.import_module(f"tfdeblur.{name}")
    assert all(f"  --{flag}\n" in out for flag in app.REQUIRED_FLAGS)
    assert out.count("(required)") == len(app.REQUIRED_FLAGS)
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("error", "status", "lines"),
    [
        (InputError("received x"), 2, ["tfdeblur deblur: received x"]),
        (InputError("  one\n  two\nfix it"), 2, ["  one", "  two", "tfdeblur deblur: fix it"]),
        (OSError("disk full"), 2, ["tfdeblur deblur: disk full"]),
        (InputError("a\x1b[2J\nb\r"), 2, ["a\\x1b[2J", "tfdeblur deblur: b\\r"]),
        (OSError(), 2, ["tfdeblur deblur: OSError"]),
        (KeyboardInterrupt(), 130, ["tfdeblur deblur: interrupted"]),
    ],
)
def test_errors_end_in_one_line_with_the_program(monkeypatch, capsys, error, status, lines):
    def fail(*_):
        raise error

    monkeypatch.setattr("tfdeblur.deblur.main", fail)
    assert cli.run_app("deblur", ["--model=a", "--weights=b", "--output=c"]) == status
    assert capsys.readouterr().err.splitlines() == lines


def test_defects_of_the_program_keep_their_traceback(monkeypatch):
    monkeypatch.setattr("tfdeblur.deblur.main", lambda *_: {}["missing"])
    with pytest.raises(KeyError):
        cli.run_app("deblur", ["--model=a", "--weights=b", "--output=c"])


def run_python(*arguments, folder):
    command = [sys.executable, *arguments]
    # The package under test, whatever else is installed.
    environment = {**os.environ, "PYTHONPATH": str(Path(tfdeblur.__file__).parent.parent)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_package_runs_from_another_folder_without_loading_a_framework(tmp_path):
    code = (
        "import sys, tfdeblur.cli; status = tfdeblur.cli.main(['deblur', '--help']); "
        "sys.exit(status or bool({'keras', 'tensorflow', 'numpy', 'cv2'} & set(sys.modules)))"
    )
    result = run_python("-c", code, folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    result = run_python("-m", "tfdeblur", "deblur", "--help", folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "tfdeblur deblur: " in result.stdout


def test_a_fresh_process_that_restores_one_photo_of_two_prints_exactly_one_line(tmp_path):
    save_weights(built((1,)), tmp_path / "a.weights.h5")
    Image.new("RGB", (6, 9)).save(tmp_path / "photo.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "photo.png").read_bytes()[:40])
    flags = ["--model=dmphn_1", "--weights=a.weights.h5", "--output=out"]
    result = run_python("-m", "tfdeblur.deblur", *flags, "broken.png", "photo.png", folder=tmp_path)
    [line] = result.stderr.splitlines()
    assert result.returncode == 2
    assert line.startswith("not done: broken.png: ")
    assert result.stdout == "1 of 2 images are in out\n"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["photo.png"]
