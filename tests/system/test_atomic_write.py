"""Files and folders appear whole or not at all."""

import pytest

from tfdeblur.system.atomic_write import atomic_folder, atomic_write, unfinished_path


def test_nothing_is_visible_under_the_name_until_all_is_written(tmp_path):
    path = tmp_path / "a.txt"
    with atomic_write(path) as unfinished:
        unfinished.write_text("new")
        assert not path.exists()
        assert unfinished.name.startswith(".")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "new")]


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt])
def test_an_exception_keeps_the_old_file_and_leaves_nothing(tmp_path, failure):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(failure), atomic_write(path) as unfinished:
        unfinished.write_text("half")
        raise failure
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "old")]


def test_a_folder_appears_as_a_whole_and_replaces_an_older_one(tmp_path):
    path = tmp_path / "folder"
    for name in ("first", "second"):
        with atomic_folder(path) as unfinished:
            unfinished.mkdir()
            (unfinished / name).write_text(name)
            assert not (path / name).exists()
        assert [file.name for file in tmp_path.rglob("*")] == ["folder", name]


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt])
def test_an_exception_keeps_the_old_folder_and_leaves_nothing(tmp_path, failure):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").write_text("old")
    with pytest.raises(failure), atomic_folder(tmp_path / "folder") as unfinished:
        unfinished.mkdir()
        (unfinished / "half").write_text("half")
        raise failure
    assert [file.name for file in tmp_path.rglob("*")] == ["folder", "old"]


def test_what_a_crash_left_does_not_get_into_the_next_folder(tmp_path):
    (tmp_path / ".unfinished.folder").mkdir()
    (tmp_path / ".unfinished.folder" / "half").write_text("half")
    with atomic_folder(tmp_path / "folder") as unfinished:
        unfinished.mkdir()
    assert [file.name for file in tmp_path.rglob("*")] == ["folder"]


def test_a_crash_between_the_renamings_does_not_cost_the_older_folder(tmp_path):
    older = tmp_path / ".older.folder"
    older.mkdir()
    (older / "good").write_text("good")
    with pytest.raises(OSError, match="full"), atomic_folder(tmp_path / "folder"):
        raise OSError("full")
    assert (tmp_path / "folder" / "good").read_text() == "good"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("name", ["字" * 82 + ".weights.h5", "a" * 251 + ".png", "short.tar.gz"])
def test_a_name_may_be_as_long_as_the_file_system_takes(tmp_path, name):
    path = tmp_path / name.encode()[-255:].decode(errors="ignore")
    with atomic_write(path) as unfinished:
        unfinished.write_text("new")
        assert unfinished.name.endswith("".join(path.suffixes))
    with atomic_folder(tmp_path / path.stem) as unfinished:
        unfinished.mkdir()
    assert sorted(tmp_path.iterdir()) == sorted([path, tmp_path / path.stem])


def test_long_names_with_the_same_end_do_not_meet(tmp_path):
    names = [letter + "a" * 100 + ".png" for letter in "bc"]
    assert len({unfinished_path(tmp_path / name) for name in names}) == 2
    assert unfinished_path(tmp_path / names[0]) == unfinished_path(tmp_path / names[0])
