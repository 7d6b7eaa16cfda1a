"""The dataset of Gao et al.: one split from a tar or a folder."""

import tarfile

import pytest

from tests.builders.images import write_files
from tests.tfds_builders.preparing import files_of, prepare, stored_records
from tfdeblur.errors import InputError
from tfdeblur.tfds_builders.gao2019 import Builder

[LAYOUT] = Builder.LAYOUTS
# Both cameras; in the archive nothing tells which of them a file name belongs to.
FEW = {"train": ["gopro_data/GH010101_0250", "iPhone_data/IMG_0037_0725"]}


def test_paths_are_those_of_the_training_graph(tmp_path):
    frames = Builder(data_dir=tmp_path).frames()
    paths = LAYOUT.paths(frames)
    assert {"gopro_data/gt/GH010101_0250.png", "iPhone_data/input/IMG_0037_0725.png"} <= paths
    assert len(paths) == 2 * 5290
    cameras = [name.split("/")[0] for name in frames["train"]]
    assert (cameras.count("gopro_data"), cameras.count("iPhone_data")) == (3604, 1686)


@pytest.mark.parametrize("packed", [False, True])
def test_tar_and_folder_give_the_same_records(monkeypatch, tmp_path, packed):
    monkeypatch.setattr(Builder, "frames", lambda _: FEW)
    files = files_of(LAYOUT, FEW)
    folder = write_files(tmp_path / "extracted" / "gao2019", files)
    manual_dir = folder.parent
    if packed:
        manual_dir = tmp_path / "packed"
        manual_dir.mkdir()
        with tarfile.open(manual_dir / "gao2019.tar", "w") as archive:
            archive.add(folder, "data")
    builder = prepare(Builder, tmp_path / "data", manual_dir)
    assert builder.info.full_name == "gao2019/1.0.0"
    assert list(builder.info.splits) == ["train"]
    records = {record.pop("name").decode(): record for record in stored_records(builder)["train"]}
    assert records == {
        name: {image: files[LAYOUT.path("train", name, image)] for image in ("blur", "sharp")}
        for name in FEW["train"]
    }


def test_partial_data_has_a_name_of_its_own(tmp_path):
    write_files(tmp_path / "gao2019", files_of(LAYOUT, FEW))
    with pytest.raises(InputError, match="10576 files missing or wrong"):
        prepare(Builder, tmp_path / "data", tmp_path)
    builder = prepare(Builder, tmp_path / "data", tmp_path, allow_partial=True)
    assert builder.info.full_name == "gao2019/partial/1.0.0"
    assert builder.info.config_description.startswith("PARTIAL")
    assert builder.info.metadata["num_pairs"] == {"train": 2}
