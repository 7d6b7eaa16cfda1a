"""Files appear whole or not at all."""

import pytest

from tfdeblur.atomic_write import atomic_write


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
