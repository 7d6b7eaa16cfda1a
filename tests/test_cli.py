"""The script `tfdeblur`: commands, help, exit status, and quiet frameworks."""

import io
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import tfdeblur
from tests.conftest import PROJECT
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


@pytest.mark.parametrize(
    ("argv", "ending"),
    [
        (["debblur", "a b.jpg"], "synthesize, train. Did you mean: tfdeblur deblur 'a b.jpg'"),
        (["xyzzy"], "expected one of: " + ", ".join(cli.APPS) + "."),
        (
            ["photo.jpg", "-o", "out"],
            "a command before it, as in: tfdeblur deblur photo.jpg -o out",
        ),
        (
            ["--model=x", "photo"],
            "a command before it, as in: tfdeblur deblur --model=x photo",
        ),
        (["tests"], "a command before it, as in: tfdeblur deblur tests"),
    ],
)
def test_what_is_no_command_is_told_with_what_was_meant(argv, ending, capsys, monkeypatch):
    monkeypatch.chdir(PROJECT)
    assert cli.main(argv) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("tfdeblur: Received ")
    assert repr(argv[0]) in line
    assert line.endswith(ending)


@pytest.mark.parametrize("name", cli.APPS)
def test_help_explains_every_flag_in_readable_lines(name, capsys):
    assert cli.main([name, "--model=x", "--help"]) == 0
    out = capsys.readouterr().out
    app = cli.app_module(name)
    assert all(re.search(rf"^  --{flag}(, -o)?$", out, re.M) for flag in app.REQUIRED_FLAGS)
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


def test_the_log_of_the_library_is_shown_in_single_lines_that_control_no_terminal(
    monkeypatch, capsys
):
    def main(*_):
        logging.getLogger("tfdeblur.images").warning("%s: damaged", "\x1b[31mred.png")
        logging.getLogger("tfdeblur.images").debug("detail")
        logging.getLogger("tfdeblur.images").info("compiling")

    monkeypatch.setattr("tfdeblur.deblur.main", main)
    assert cli.run_app("deblur", []) == 0
    shown = capsys.readouterr().err
    assert shown == "\\x1b[31mred.png: damaged\ncompiling\n"
    assert logging.getLogger("tfdeblur").handlers == []


def test_defects_of_the_program_keep_their_traceback(monkeypatch):
    monkeypatch.setattr("tfdeblur.deblur.main", lambda *_: {}["missing"])
    with pytest.raises(KeyError):
        cli.run_app("deblur", ["--model=a", "--weights=b", "--output=c"])


def run_python(*arguments, folder, **environment):
    command = [sys.executable, *arguments]
    # The package under test, whatever else is installed.
    package = str(Path(tfdeblur.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": package, **environment}
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


FRAMEWORKS = {"jax", "keras", "tensorflow", "torch"}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("deblur missing.jpg", "not done: missing.jpg: no such file."),
        ("deblur there.png -o there.png", "there.png: its result would take its place"),
        ("deblur there.png -o new.gif", "cannot write images with the suffix '.gif'; name it .png"),
        ("deblur there.png --output=full", "full/there.png: exists already; pass --overwrite"),
        (
            "deblur there.png --model=dmphn_1 --weights=no.weights.h5",
            "no.weights.h5: no such weight",
        ),
        ("deblur there.png --saved_model=no", "no: expected a folder"),
        ("convert --model=dmphn_1 --source=no -o a.weights.h5", "no: there is no such folder"),
        (
            "convert --model=dmphn_1 --source=full -o b.weights.h5",
            "exists already; pass --overwrite",
        ),
        ("export --model=dmphn_1 -o full", "full: exists already; pass --overwrite"),
        ("export --model=dmphn_1 --weights=no.weights.h5 -o new", "no.weights.h5: no such weight"),
        ("evaluate --model=dmphn_1 --blur_dir=full --sharp_dir=no -o out", "no: expected a folder"),
        ("benchmark --what=input --pairs=no", "no: expected a folder"),
        ("synthesize no.mp4 -o out", "no.mp4: no such file"),
        (
            "deblur there.png --model=dmphn_12",
            "'dmphn_12': no such network; expected one of: dmphn_1",
        ),
        ("convert --model=dmphn --source=full -o a.weights.h5", "'dmphn': no such network"),
        ("deblur ~/away.png", "not done: {home}/away.png: no such file."),
        ("export --model=dmphn_1 -o ~/full", "{home}/full: exists already"),
        ("convert --model=dmphn_1 --source=~/no -o a.weights.h5", "{home}/no: there is no such"),
    ],
)
def test_paths_are_judged_before_a_framework_is_imported(tmp_path, command, said):
    (tmp_path / "full").mkdir()
    for name in ("there.png", "full/there.png", "b.weights.h5"):
        Image.new("RGB", (6, 9)).save(tmp_path / name, "PNG")
    code = (
        "import sys, tfdeblur.cli; status = tfdeblur.cli.main(sys.argv[1:]); "
        f"assert not {FRAMEWORKS} & set(sys.modules); sys.exit(status)"
    )
    result = run_python("-c", code, *command.split(), folder=tmp_path, HOME=str(tmp_path))
    [line] = result.stderr.splitlines()
    assert result.returncode == 2
    assert said.format(home=tmp_path) in line


def test_what_the_terminal_cannot_show_is_escaped(tmp_path):
    name = "caf\xe9_\u6c34.png"
    Image.new("RGB", (6, 9)).save(tmp_path / name)
    (tmp_path / "r\xe9sultats").mkdir()
    Image.new("RGB", (6, 9)).save(tmp_path / "r\xe9sultats" / name)
    arguments = ["deblur", name, "--output=r\xe9sultats", "--skip_existing"]
    result = run_python("-m", "tfdeblur", *arguments, folder=tmp_path, PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "1 of 1 images are in r\\xe9sultats\n"


@pytest.mark.parametrize("name", cli.APPS)
def test_no_app_fails_on_what_the_terminal_cannot_show(name, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    app = cli.app_module(name)
    monkeypatch.setattr(app, "REQUIRED_FLAGS", ())
    monkeypatch.setattr(app, "main", lambda *_: print("caf\xe9 \udcff"))
    assert cli.run_app(name, []) == 0
    stream.flush()
    assert stream.buffer.getvalue() == b"caf\\xe9 \\udcff\n"


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
