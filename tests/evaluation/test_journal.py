"""The journal: what it keeps, what it drops, and what it refuses."""

import pytest

from tfdeblur.errors import InputError
from tfdeblur.evaluation.journal import Journal, read_journal

IDENTITY = {"model": "a", "num_images": 3, "depth": None}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def row(position, **values):
    return {"position": position, "name": "ä/1\n", "psnr_db": float("inf"), **values}


def test_rows_come_back(path):
    journal = Journal(path, IDENTITY)
    rows = [row(4, psnr_db=1 / 3), row(2)]
    for each in rows:
        journal.append(each)
    assert read_journal(path) == (IDENTITY, rows)
    reopened = Journal(path, IDENTITY)
    assert len(reopened) == 2
    assert 4 in reopened and 3 not in reopened


@pytest.mark.parametrize("cut", [1, 5])
def test_a_line_that_was_cut_short_is_dropped_and_written_anew(path, cut):
    journal = Journal(path, IDENTITY)
    journal.append(row(0))
    journal.append(row(1))
    path.write_bytes(path.read_bytes()[:-cut])
    assert read_journal(path) == (IDENTITY, [row(0)])
    reopened = Journal(path, IDENTITY)
    assert 1 not in reopened
    reopened.append(row(1))
    assert read_journal(path) == (IDENTITY, [row(0), row(1)])


def test_a_first_line_that_was_cut_short_counts_for_nothing(path):
    Journal(path, IDENTITY)
    path.write_bytes(path.read_bytes()[:-3])
    assert read_journal(path) == ({}, [])
    assert len(Journal(path, IDENTITY)) == 0
    assert read_journal(path) == (IDENTITY, [])


def test_reading_does_not_touch_a_journal_that_is_being_written(path):
    Journal(path, IDENTITY).append(row(0))
    with path.open("a") as file:
        file.write('{"position": 1')
    before = path.read_bytes()
    assert read_journal(path) == (IDENTITY, [row(0)])
    assert path.read_bytes() == before


def test_what_was_done_twice_counts_once(path):
    journal = Journal(path, IDENTITY)
    journal.append(row(0))
    journal.append(row(0))
    assert read_journal(path) == (IDENTITY, [row(0)])


def test_another_identity_is_refused_and_named(path):
    Journal(path, IDENTITY).append(row(0))
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"with depth None instead of 2, model 'a' instead of 'b'"):
        Journal(path, {**IDENTITY, "model": "b", "depth": 2})
    assert path.read_bytes() == before
    assert len(Journal(path, {**IDENTITY, "model": "b"}, overwrite=True)) == 0


@pytest.mark.parametrize(
    "content",
    ["text\n", "[1, 2]\n", '{"model": "a"}\n{}\n', "\n", "[" * 100_000 + "\n"],
    ids=["text", "list", "no position", "nothing", "brackets without end"],
)
def test_other_files_are_refused(path, content):
    path.write_text(content)
    with pytest.raises(InputError, match="expected the journal of an evaluation"):
        Journal(path, IDENTITY)
    assert path.read_text() == content
