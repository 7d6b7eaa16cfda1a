"""Bars are shown where an app asks for them and a terminal is, and nowhere else."""

import io
import sys

from tfdeblur.system.progress import progress_bar, shown_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    assert list(progress_bar(range(3), unit="image")) == [0, 1, 2]
    return "image" in stream.getvalue()


def test_only_an_app_shows_them(monkeypatch):
    assert not shown(monkeypatch, Terminal())
    with shown_progress():
        assert shown(monkeypatch, Terminal())
        assert not shown(monkeypatch, io.StringIO())
    assert not shown(monkeypatch, Terminal())
