"""A server's folder goes with it, and one that a killed server left goes with the next."""

import shutil
import tempfile

import pytest

from tfdeblur.demo_page.folder import files_below, private_folder
from tfdeblur.system.locks import file_lock


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_goes_with_everything_in_it(temporary):
    with private_folder() as folder:
        (folder / "photo.png").write_text("")
        assert folder.parent == temporary
    assert list(temporary.iterdir()) == []


def test_what_a_killed_server_left_is_removed(temporary):
    (temporary / "tfdeblur_demo_left").mkdir()
    (temporary / "tfdeblur_demo_left" / "photo.png").write_text("")
    (temporary / "something_else").mkdir()
    with private_folder() as folder:
        assert {path.name for path in temporary.iterdir()} == {folder.name, "something_else"}


def test_that_of_a_running_server_stays(temporary):
    other = temporary / "tfdeblur_demo_other"
    other.mkdir()
    with file_lock(other), private_folder():
        assert other.exists()


def test_files_below_while_others_remove_some(tmp_path):
    for name in ("a/one", "b/two", "c/three", "visits/four"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    found = []
    for file in files_below(tmp_path, but=tmp_path / "visits"):
        found.append(file)
        for folder in "abc":
            if folder != file.parent.name:
                shutil.rmtree(tmp_path / folder, ignore_errors=True)
    assert len(found) == 1
