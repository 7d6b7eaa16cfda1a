"""Which files patterns stand for, and where their results go."""

from pathlib import Path

import pytest

from tfdeblur.errors import InputError
from tfdeblur.inference.jobs import is_pattern, matching, plan_jobs


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ("a.png", "b.png", "c.jpg", "notes.txt", "d/1/f.png", "d/2/f.png", ".hidden.png")
    for name in (*names, "odd[1].png"):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def planned(*inputs, output="out"):
    jobs = plan_jobs(inputs, output)
    return {str(job.source): job.target.relative_to(output).as_posix() for job in jobs}


def test_patterns_in_order_and_each_file_once(folder):
    assert list(planned("b*.png", "[ab].png")) == ["b.png", "a.png"]
    assert list(planned(folder / "*.jpg")) == [str(folder / "c.jpg")]


def test_equal_names_in_several_folders_stay_apart(folder):
    expected = {"d/1/f.png": "1/f.png", "d/2/f.png": "2/f.png"}
    assert planned("d/**/*.png") == expected
    assert planned("d/*") == expected  # folders are searched


def test_other_files_and_results_are_left_out(folder):
    assert list(planned("*")) == ["a.png", "b.png", "c.jpg", "odd[1].png", "d/1/f.png", "d/2/f.png"]
    (folder / "d/1/out").mkdir()
    (folder / "d/1/out/f.png").touch()
    assert list(planned("d/**/*.png", output="d/1/out")) == ["d/1/f.png", "d/2/f.png"]


def test_names_with_brackets_stand_for_themselves(folder):
    assert planned("odd[1].png") == {"odd[1].png": "odd[1].png"}
    assert is_pattern("even[1].png")
    assert not is_pattern("missing.png")


def test_the_base_is_what_comes_before_the_first_wildcard(folder):
    assert matching("d/1/*.png") == (Path("d/1"), [Path("d/1/f.png")])
    assert matching(f"{folder}/*/1/f.png")[0] == folder


def test_a_pattern_without_files_is_refused(folder):
    with pytest.raises(InputError, match=r"\*\.gif: no image or video matches"):
        plan_jobs(["a.png", "*.gif"], "out")
