"""The app `tfdeblur demo`: what it refuses before it serves. tests/end_to_end has the page."""

import socket
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tfdeblur.cli import run_app

needs_gradio = pytest.mark.skipif(not find_spec("gradio"), reason="needs the extra `demo`")


def test_without_gradio(capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run_app("demo", []) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "needs gradio" in line
    assert "tfdeblur[demo]" in line


@needs_gradio
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dmphn_1"], "expected NETWORK=WEIGHTS"),
        (["dmphn_1=missing.weights.h5"], "no such weight file"),
        (["dmphn_7=x.weights.h5"], "Received model 'dmphn_7'"),
        (["--port=0"], "flag --port=0"),
        (["--host=192.0.2.1"], "host 192.0.2.1"),
        (["--max_megapixels=inf"], "max_megapixels=inf; expected a number above 0"),
        (["--max_upload_mb=nan"], "max_upload_mb=nan"),
        (["--max_upload_mb=0"], "max_upload_mb=0.0"),
        (["--max_stored_mb=-1"], "max_stored_mb=-1.0"),
        (["--max_waiting=0"], "flag --max_waiting=0"),
    ],
)
def test_bad_input(arguments, said, capsys):
    assert run_app("demo", arguments) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert said in line


@needs_gradio
def test_a_port_that_is_taken():
    # In a process of its own: Gradio leaves sockets to the garbage collector.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "tfdeblur", "demo", f"--port={port}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"port {port}, which cannot be used" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
