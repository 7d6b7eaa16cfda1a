"""The app `tfdeblur demo`: what it refuses before it serves. tests/end_to_end has the page."""

from importlib.util import find_spec

import pytest

from tfdeblur.cli import run_app

needs_extra = pytest.mark.skipif(not find_spec("starlette"), reason="needs the extra `demo`")


def test_without_the_extra(capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run_app("demo", []) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "needs starlette" in line
    assert "tfdeblur[demo]" in line


@needs_extra
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dmphn_1"], "or NETWORK=WEIGHTS, such as"),
        (["dmphn_1=missing.weights.h5"], "no such weight file"),
        (["dmphn_7=x.weights.h5"], "Received model 'dmphn_7'"),
        (["--port=0"], "flag --port=0"),
        (["--host=192.0.2.1", "--port=9"], "host 192.0.2.1 and port 9, which cannot be used"),
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
