"""Files that one process at a time may have."""

import fcntl

import pytest

from tfdeblur.system.file_lock import file_lock


def is_free(path):
    """Whether another could enter; flock tells opened files apart, not processes."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("content")
    return path


def test_nobody_else_enters_and_the_file_stays_as_it_is(path):
    with file_lock(path):
        assert not is_free(path)
    assert is_free(path)
    assert path.read_text() == "content"


def test_a_failure_lets_go(path):
    with pytest.raises(KeyError), file_lock(path):
        raise KeyError
    assert is_free(path)


def test_a_file_system_without_locks_is_put_up_with(path, monkeypatch):
    def flock(file, operation):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", flock)
    entered = []
    with file_lock(path):
        entered.append(path)
    assert entered
