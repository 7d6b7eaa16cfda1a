"""What visitors bring is their own, and does not stay."""

import os
import time

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


@pytest.mark.parametrize("other", [None, "other"])
def test_who_leaves_during_a_restoration_neither_breaks_it_nor_waits(
    visits, upload, tmp_path, other
):
    visits.bring("a", upload("photo"))
    with visits.photo("a") as (photo, results):
        if other:
            visits.bring("a", upload(other))
        else:
            visits.leave("a")
        (results / "result").write_text(photo.read_text())
    assert [path.read_text() for path in kept(tmp_path)] == ([other] if other else [])


def test_a_photo_that_was_taken_away_before_its_turn(visits, upload):
    visits.bring("a", upload("photo"))
    visit = visits._visits["a"]
    visits.leave("a")
    with pytest.raises(InputError, match="no longer there"), visit.in_use():
        pass


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


def test_who_waits_is_not_idle_while_others_are_served(visits, upload, tmp_path):
    visits.bring("a", upload("waits"))
    visits.bring("b", upload("served"))
    visits.wait("a")
    visits.wait("nobody")
    with visits.photo("b"):
        _hours_later(visits)
        visits.remove_idle()
        assert len(kept(tmp_path)) == 2
    visits._visits["a"].last_used -= 3601
    visits.remove_idle()
    assert len(kept(tmp_path)) == 2, "the time counts from the end of the last restoration"
    _hours_later(visits)
    visits.remove_idle()
    assert kept(tmp_path) == []


def test_who_was_served_waits_no_longer(visits, upload, tmp_path):
    visits.bring("a", upload("photo"))
    visits.wait("a")
    with visits.photo("a"):
        pass
    visits._visits["a"].last_used -= 3601
    visits.remove_idle()
    assert kept(tmp_path) == []


def _hours_later(visits):
    visits._last_served -= 3601
    for visit in visits._visits.values():
        visit.last_used -= 3601


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
    photo = visits.bring("a", upload("idle"))
    for _ in range(600):
        if not photo.exists():
            break
        time.sleep(0.1)
    assert kept(tmp_path) == []
