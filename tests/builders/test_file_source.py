"""Folders and archives read alike."""

import io
import pickle
import tarfile
import zipfile

import pytest

from tests.builders.images import write_files, write_zip
from tfdeblur.builders.file_source import FolderSource, TarSource, ZipSource, find_source
from tfdeblur.errors import InputError

FILES = {"top/a.png": b"first", "top/in/b.png": b"", "other/c.txt": b"third"}
CLUTTER = {"__MACOSX/top/._a.png": b"x", "top/.DS_Store": b"x", ".hidden/a.png": b"x"}


def write_tar(archive, files, mode="w"):
    with tarfile.open(archive, mode) as file:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"./{name}")
            entry.size = len(data)
            file.addfile(entry, io.BytesIO(data))
    return archive


@pytest.fixture(params=["folder", "zip", "zip stored", "tar"])
def source(request, tmp_path):
    files = {**FILES, **CLUTTER}
    if request.param == "folder":
        return FolderSource(write_files(tmp_path / "data", files))
    if request.param == "tar":
        return TarSource(write_tar(tmp_path / "data.tar", files))
    stored = zipfile.ZIP_STORED if "stored" in request.param else zipfile.ZIP_DEFLATED
    return ZipSource(write_zip(tmp_path / "data.zip", files, stored))


def test_every_source_gives_the_same_files(source):
    assert sorted(source.paths()) == sorted(FILES)
    assert {path: source.read(path) for path in FILES} == FILES


def test_sources_can_be_sent_to_another_process(source):
    sorted(source.paths())  # has opened the archive
    copy = pickle.loads(pickle.dumps(source))
    assert {path: copy.read(path) for path in FILES} == FILES


def test_only_the_given_subfolders_are_looked_at(tmp_path):
    source = FolderSource(write_files(tmp_path, FILES), tops=["top", "absent"])
    assert sorted(source.paths()) == ["top/a.png", "top/in/b.png"]
    assert sorted(pickle.loads(pickle.dumps(source)).paths()) == ["top/a.png", "top/in/b.png"]


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_archives_cut_short_are_refused_by_name(tmp_path, suffix):
    archive = tmp_path / f"data{suffix}"
    {".zip": write_zip, ".tar": write_tar}[suffix](archive, {"top/a.png": bytes(5000)})
    archive.write_bytes(archive.read_bytes()[: 100 if suffix == ".zip" else 3000])
    source = find_source(tmp_path, ["data"], ["top"])
    with pytest.raises(InputError, match=f"data{suffix}, which cannot be read as an archive"):
        source.paths()


def test_a_compressed_tar_is_refused_with_the_way_out(tmp_path):
    source = TarSource(write_tar(tmp_path / "data.tar", FILES, "w:gz"))
    with pytest.raises(InputError, match="extract it into a folder of the same name"):
        source.paths()


def test_find_source_prefers_names_then_the_content_itself(tmp_path):
    assert find_source(tmp_path, ["first", "second"], ["top"]) is None
    write_files(tmp_path, FILES)
    assert find_source(tmp_path, ["first", "second"], ["top"]).paths() == [
        path for path in FILES if path.startswith("top/")
    ]
    write_tar(tmp_path / "second.tar", FILES)
    assert find_source(tmp_path, ["first", "second"], ["top"]).name == "second.tar"
    write_zip(tmp_path / "first.zip", FILES)
    assert find_source(tmp_path, ["first", "second"], ["top"]).name == "first.zip"
    write_files(tmp_path / "first", FILES)
    assert isinstance(find_source(tmp_path, ["first", "second"], ["top"]), FolderSource)
