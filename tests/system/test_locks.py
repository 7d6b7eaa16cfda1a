"""Files and folders that one process at a time may have."""

import errno
import subprocess
import sys

import filelock
import pytest

from tfdeblur.system.locks import file_lock, sole_lock


def is_free(path):
    """Whether another could enter; locks tell opened files apart, not processes."""
    with file_lock(path, wait=False) as is_locked:
        return is_locked


@pytest.fixture(params=["file", "folder"])
def path(tmp_path, request):
    path = tmp_path / "a"
    if request.param == "folder":
        path.mkdir()
    else:
        path.write_text("content")
    return path


def test_nobody_else_enters_and_nothing_is_left(path):
    before = sorted(path.parent.rglob("*"))
    with file_lock(path) as is_locked:
        assert is_locked
        assert not is_free(path)
    assert is_free(path)
    assert sorted(path.parent.rglob("*")) == before


def test_a_file_of_any_name_stays_as_it_is(tmp_path):
    path = tmp_path / ("字" * 82)
    path.write_text("content")
    with file_lock(path) as is_locked:
        assert is_locked
    assert path.read_text() == "content"


def test_a_failure_lets_go(path):
    with pytest.raises(KeyError), file_lock(path):
        raise KeyError
    assert is_free(path)


def test_a_file_system_without_locks_is_put_up_with(path, monkeypatch):
    def acquire(self, **_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(filelock.FileLock, "acquire", acquire)
    with file_lock(path) as is_locked:
        assert not is_locked


def test_a_sole_lock_says_that_another_has_it(tmp_path):
    path = tmp_path / ".lock"
    with sole_lock(path), pytest.raises(BlockingIOError), sole_lock(path):
        pytest.fail("two are in")
    with sole_lock(path):
        pass


def test_a_killed_process_lets_go(tmp_path):
    path = tmp_path / ".lock"
    code = (
        "import sys, time\nfrom tfdeblur.system.locks import sole_lock\n"
        "with sole_lock(sys.argv[1]):\n    print('in', flush=True)\n    time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "in\n"
        with pytest.raises(BlockingIOError), sole_lock(path):
            pytest.fail("two are in")
        other.kill()
        other.wait()
        with sole_lock(path):
            pass
