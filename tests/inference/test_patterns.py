"""Which files patterns stand for."""

from pathlib import Path

import pytest

from tfdeblur.errors import InputError
from tfdeblur.inference.patterns import matching


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.png", "c.jpg", "d/e/f.png", ".hidden.png", "odd[1].png"):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def test_patterns_in_order_and_each_file_once(folder):
    assert matching(["b*.png", "[ab].png", "missing.png"]) == ["b.png", "a.png", "missing.png"]
    assert matching(["d/**/*.png"]) == ["d/e/f.png"]
    assert matching([folder / "*.jpg"]) == [str(folder / "c.jpg")]


def test_names_with_brackets_stand_for_themselves(folder):
    assert matching(["odd[1].png"]) == ["odd[1].png"]


def test_a_pattern_without_files_is_refused(folder):
    with pytest.raises(InputError, match=r"\*\.gif: no file matches"):
        matching(["a.png", "*.gif"])
