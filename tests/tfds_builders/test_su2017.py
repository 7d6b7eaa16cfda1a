"""VideoDeblurring: JPEG frames that carry the names of their videos."""

import pytest

from tests.builders.images import image_bytes, write_files, write_zip
from tests.tfds_builders.preparing import prepare, stored_records
from tfdeblur.errors import InputError
from tfdeblur.tfds_builders.su2017 import Builder

[LAYOUT] = Builder.LAYOUTS
FEW = {"train": ["IMG_0009/00030", "IMG_0009/00031"], "test": ["720p_240fps_2/00000"]}


@pytest.fixture
def files(monkeypatch):
    """The images of a few pairs, which are made the whole dataset."""
    monkeypatch.setattr(Builder, "frames", lambda _: FEW)
    return {
        path: image_bytes(seed, image_format="jpeg")
        for seed, path in enumerate(sorted(LAYOUT.paths(FEW)))
    }


def check_records(builder, files):
    for split, records in stored_records(builder).items():
        assert len(records) == len(FEW[split])
        for record in records:
            video, frame = record["video"].decode(), record["frame"].decode()
            assert f"{video}/{frame}" == record["name"].decode()
            for image, folder in (("blur", "input"), ("sharp", "GT")):
                path = f"quantitative_datasets/{video}/{folder}/{frame}.jpg"
                assert record[image] == files[path]


def test_the_archive_is_read_and_its_other_folders_are_not(files, tmp_path):
    others = {"qualitative_datasets/IMG_1/input/00000.jpg": b"", "README.md": b""}
    packed = {f"DeepVideoDeblurring_Dataset/{p}": data for p, data in {**files, **others}.items()}
    write_zip(tmp_path / "DeepVideoDeblurring_Dataset.zip", packed)
    check_records(prepare(Builder, tmp_path / "data", tmp_path), files)


def test_the_folder_of_pairs_is_enough(files, tmp_path):
    write_files(tmp_path, files)
    check_records(prepare(Builder, tmp_path / "data", tmp_path), files)


def test_a_frame_before_the_first_one_listed_is_refused(files, tmp_path):
    extra = "quantitative_datasets/IMG_0009/input/00029.jpg"
    write_files(tmp_path, {**files, extra: b""})
    with pytest.raises(InputError, match=f"{extra}: not on the list of frames"):
        prepare(Builder, tmp_path / "data", tmp_path)


def test_a_truncated_jpeg_is_refused(files, tmp_path):
    path = "quantitative_datasets/IMG_0009/GT/00031.jpg"
    write_files(tmp_path, {**files, path: files[path][:-30]})
    with pytest.raises(InputError, match=rf"{path}: truncated \(no end marker\)"):
        prepare(Builder, tmp_path / "data", tmp_path)
