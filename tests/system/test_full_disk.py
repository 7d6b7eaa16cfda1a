"""A full disk is said in words, and what was good stays."""

import errno
import pickle

import pytest
import tensorflow as tf

from tests.inference.photo_files import Inverter, save
from tfdeblur import cli
from tfdeblur.errors import InputError
from tfdeblur.inference.files import deblur_files
from tfdeblur.inference.jobs import plan_jobs
from tfdeblur.system.atomic_write import atomic_folder, atomic_write
from tfdeblur.system.full_disk import FullDiskError, full_disk_in_words

FULL = [
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EDQUOT, "Disk quota exceeded"),
    tf.errors.ResourceExhaustedError(None, None, "/x/saved_model.pb; No space left on device"),
]


@pytest.mark.parametrize("error", FULL, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("placed", [atomic_write, atomic_folder])
def test_every_librarys_way_to_say_it_names_the_file_and_what_to_do(tmp_path, error, placed):
    path = tmp_path / "result"
    with pytest.raises(FullDiskError) as caught, placed(path):
        raise error
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert "Make room" in said
    assert "\n" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error", [tf.errors.ResourceExhaustedError(None, None, "OOM when allocating"), ValueError("x")]
)
def test_other_errors_stay_what_they_are(error):
    with pytest.raises(type(error)), full_disk_in_words():
        raise error


def test_the_name_of_a_file_is_no_full_disk():
    said = "No space left on device.png: not an image"
    with pytest.raises(InputError, match=said), full_disk_in_words():
        raise InputError(said)


def test_it_crosses_processes():
    error = pickle.loads(pickle.dumps(FullDiskError("/some/file", "Disk quota exceeded")))
    assert str(error).startswith("/some/file: Disk quota exceeded. Make room")


def test_a_file_that_the_system_names_is_named():
    with pytest.raises(FullDiskError, match=r"^/some/file: "), full_disk_in_words("/other"):
        raise OSError(errno.ENOSPC, "No space left on device", "/some/file")


def test_an_app_ends_with_one_line_and_status_2(monkeypatch, capsys):
    def full(*_):
        raise FULL[2]

    monkeypatch.setattr("tfdeblur.convert.main", full)
    monkeypatch.setattr("tfdeblur.convert.REQUIRED_FLAGS", ())
    assert cli.run_app("convert", []) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("tfdeblur convert: No space left on device. Make room")


def test_a_folder_is_not_restored_in_vain(tmp_path, monkeypatch):
    """The first result that does not fit ends the run; those before it are kept."""
    photos = [save(tmp_path / "photos" / f"{number}.png") for number in range(4)]
    jobs = plan_jobs([tmp_path / "photos"], tmp_path / "restored")
    from tfdeblur.images import writer

    write, written = writer._write_8_bits, []

    def until_full(path, *arguments):
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        write(path, *arguments)

    monkeypatch.setattr(writer, "_write_8_bits", until_full)
    with pytest.raises(FullDiskError, match=r"restored/2\.png"):
        deblur_files(Inverter(), jobs)
    assert sorted(p.name for p in (tmp_path / "restored").iterdir()) == ["0.png", "1.png"]
    assert len(photos) == 4
