"""What visitors bring is their own, and does not stay."""

import os
import threading

import pytest

from tfdeblur.demo_page.visits import Visits
from tfdeblur.errors import InputError


@pytest.fixture
def visits(tmp_path):
    return Visits(tmp_path / "visits", idle_seconds=3600)


@pytest.fixture
def upload(tmp_path):
    """Writes an uploaded file and gives its path."""

    def upload(content, name="photo.png"):
        path = tmp_path / "uploads" / content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    return upload


def kept(tmp_path):
    return [path for path in (tmp_path / "visits").rglob("*") if path.is_file()]


def test_the_upload_is_moved_and_keeps_its_name(visits, upload):
    path = upload("one", name="my cat.jpg")
    visits.bring("a", path)
    assert not path.exists()
    with visits.photo("a") as (photo, results):
        assert (photo.name, photo.read_text()) == ("my cat.jpg", "one")
        assert list(results.iterdir()) == []


def test_visitors_with_the_same_file_do_not_share_it(visits, upload):
    visits.bring("a", upload("same"))
    visits.bring("b", upload("same"))
    visits.leave("a")
    with visits.photo("b") as (photo, _):
        assert photo.read_text() == "same"


def test_another_photo_takes_the_place_of_the_first(visits, upload, tmp_path):
    visits.bring("a", upload("first"))
    visits.bring("a", upload("second"))
    assert [path.read_text() for path in kept(tmp_path)] == ["second"]


def test_results_stay_until_the_next_restoration(visits, upload, tmp_path):
    visits.bring("a", upload("photo"))
    with visits.photo("a") as (_, first):
        (first / "result").write_text("first")
    assert (first / "result").exists()
    with visits.photo("a") as (_, second):
        (second / "result").write_text("second")
    assert first != second
    assert sorted(path.read_text() for path in kept(tmp_path)) == ["photo", "second"]


def test_who_leaves_leaves_nothing(visits, upload, tmp_path):
    visits.bring("a", upload("photo"))
    with visits.photo("a") as (_, results):
        (results / "result").write_text("result")
    visits.leave("a")
    assert kept(tmp_path) == []
    with pytest.raises(InputError, match="choose one"), visits.photo("a"):
        pass
    visits.leave("a")


def test_who_leaves_during_a_restoration_does_not_break_it(visits, upload, tmp_path):
    visits.bring("a", upload("photo"))
    with visits.photo("a") as (photo, results):
        leaving = threading.Thread(target=visits.leave, args=["a"])
        leaving.start()
        (results / "result").write_text(photo.read_text())
    leaving.join()
    assert kept(tmp_path) == []


def test_an_upload_that_another_took_is_told(visits, upload, tmp_path):
    """Of two uploads of one content at once there is one file."""
    same = upload("same")
    visits.bring("a", same)
    with pytest.raises(InputError, match="choose the photo again"):
        visits.bring("b", same)
    with visits.photo("a") as (photo, _):
        assert photo.read_text() == "same"
    assert len(list((tmp_path / "visits" / "visits").iterdir())) == 1


def test_who_is_being_served_is_not_idle(tmp_path, upload):
    visits = Visits(tmp_path / "visits", idle_seconds=3600)
    visits.bring("a", upload("photo"))
    with visits.photo("a") as (photo, _):
        visits._visits["a"].last_used -= 3601
        visits.remove_idle()
        assert photo.exists()
    visits.remove_idle()
    assert photo.exists(), "the time counts from the end of its use"


def test_who_waits_is_not_idle(tmp_path, upload):
    visits = Visits(tmp_path / "visits", idle_seconds=3600)
    visits.bring("a", upload("photo"))
    visits._visits["a"].last_used -= 3601
    visits.touch("a")
    visits.touch("nobody")
    visits.remove_idle()
    assert kept(tmp_path)


def test_uploads_that_nobody_brought_are_removed(tmp_path):
    visits = Visits(tmp_path / "visits", idle_seconds=3600)
    for name in ("old", "new"):
        path = tmp_path / "visits" / "0123" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    os.utime(tmp_path / "visits" / "0123" / "old", (0, 0))
    visits.remove_idle()
    assert [path.name for path in kept(tmp_path)] == ["new"]


def test_only_the_idle_are_removed(tmp_path, upload):
    visits = Visits(tmp_path / "visits", idle_seconds=3600)
    visits.bring("a", upload("idle"))
    visits.bring("b", upload("busy"))
    visits._visits["a"].last_used -= 3601
    visits.remove_idle()
    assert [path.read_text() for path in kept(tmp_path)] == ["busy"]


def test_the_idle_are_removed_without_being_asked_for(tmp_path, upload):
    visits = Visits(tmp_path / "visits", idle_seconds=0.02)
    gone = threading.Event()
    remove = visits.remove_idle

    def remove_and_tell():
        remove()
        if not kept(tmp_path):
            gone.set()

    visits.remove_idle = remove_and_tell
    visits.bring("a", upload("idle"))
    assert gone.wait(timeout=60)
