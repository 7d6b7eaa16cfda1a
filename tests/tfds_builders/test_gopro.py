"""GoPro: both layouts, both kinds of blur, all of it or part of it."""

import hashlib
import io
import pickle

import numpy as np
import pytest
import tensorflow_datasets as tfds
from PIL import Image

from tests.builders.images import image_bytes, write_files, write_zip
from tests.tfds_builders.preparing import files_of, prepare, stored_records
from tfdeblur.errors import InputError
from tfdeblur.tfds_builders.gopro import Builder

ORIGINAL, MPRNET = Builder.LAYOUTS
FEW = {
    "train": ["GOPR0372_07_00/000047", "GOPR0374_11_00/000001"],
    "test": ["GOPR0384_11_00/000001", "GOPR0881_11_01/000300"],
}


@pytest.fixture
def complete(monkeypatch):
    """Makes a few pairs the whole dataset."""
    monkeypatch.setattr(Builder, "frames", lambda _: FEW)


def test_the_whole_dataset_is_accepted_from_one_zip(tmp_path):
    frames = Builder(data_dir=tmp_path).frames()
    files = dict.fromkeys(ORIGINAL.paths(frames), image_bytes())
    write_zip(tmp_path / "GOPRO_Large.zip", {f"GOPRO_Large/{p}": d for p, d in files.items()})
    builder = prepare(Builder, tmp_path / "data", tmp_path)
    counts = {name: split.num_examples for name, split in builder.info.splits.items()}
    assert counts == {"train": 2103, "test": 1111}
    assert builder.info.full_name == "gopro/blur/1.0.0"
    assert builder.info.metadata["partial"] is False


@pytest.mark.parametrize(("folder", "layout"), [("GOPRO_Large", ORIGINAL), ("GoPro", MPRNET)])
@pytest.mark.parametrize("packed", [False, True])
def test_layouts_and_archives_give_the_same_records(complete, tmp_path, folder, layout, packed):
    expected = files_of(ORIGINAL, FEW)
    files = {f"{folder}/{path}": data for path, data in files_of(layout, FEW).items()}
    if packed:
        write_zip(tmp_path / f"{folder}.zip", files)
    else:
        write_files(tmp_path, files)
    builder = prepare(Builder, tmp_path / "data", tmp_path)
    for split, records in stored_records(builder).items():
        assert {record["name"].decode() for record in records} == set(FEW[split])
        for record in records:
            for image in ("blur", "sharp"):
                path = ORIGINAL.path(split, record["name"].decode(), image)
                assert record[image] == expected[path]


def test_an_extracted_folder_may_be_named_itself(complete, tmp_path):
    write_files(tmp_path, files_of(ORIGINAL, FEW))
    (tmp_path / "another_dataset").mkdir()
    builder = prepare(Builder, tmp_path / "data", tmp_path)
    assert builder.info.splits.total_num_examples == 4


def test_blur_gamma_is_a_configuration_of_its_own(complete, tmp_path):
    files = files_of(ORIGINAL, FEW)
    write_files(tmp_path / "GOPRO_Large", files)
    builder = prepare(Builder, tmp_path / "data", tmp_path, config="blur_gamma")
    for split, records in stored_records(builder).items():
        for record in records:
            name = record["name"].decode()
            assert record["blur"] == files[ORIGINAL.path(split, name, "blur_gamma")]
            assert record["sharp"] == files[ORIGINAL.path(split, name, "sharp")]


def test_mprnets_layout_has_no_blur_gamma(complete, tmp_path):
    write_files(tmp_path / "GoPro", files_of(MPRNET, FEW))
    with pytest.raises(InputError, match="has no blur_gamma images; expected the layout"):
        prepare(Builder, tmp_path / "data", tmp_path, config="blur_gamma")


def test_what_was_read_is_recorded(complete, tmp_path):
    files = {f"GOPRO_Large/{p}": data for p, data in files_of(ORIGINAL, FEW).items()}
    write_zip(tmp_path / "GOPRO_Large.zip", files)
    builder = prepare(Builder, tmp_path / "data", tmp_path)
    lines = (builder.data_path / "checksums.sha256").read_text().splitlines()
    recorded = dict(reversed(line.split("  ")) for line in lines)
    assert recorded == {
        path: hashlib.sha256(data).hexdigest()
        for path, data in files.items()
        if "blur_gamma" not in path
    }
    again = prepare(Builder, tmp_path / "data2", tmp_path)
    reread = tfds.builder_from_directory(builder.data_dir).info.metadata
    assert dict(reread) == dict(again.info.metadata)
    assert reread["read_from"] == "GOPRO_Large.zip"
    text = (builder.data_path / "checksums.sha256").read_bytes()
    assert reread["sha256_of_checksums"] == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda files, path: files.pop(path), "missing, its partner"),
        (lambda files, path: files.update({path: b""}), r"empty \(0 bytes\)"),
        (lambda files, path: files.update({path: files[path][:-20]}), "truncated"),
        (
            lambda files, path: files.update({path: image_bytes(0, (4, 4))}),
            "4x4, its partner .*8x6",
        ),
        (lambda files, path: files.update({path + ".png": b""}), "not on the list of frames"),
    ],
)
@pytest.mark.parametrize("allow_partial", [False, True])
def test_nothing_is_written_when_a_file_is_wrong(
    complete, tmp_path, change, message, allow_partial
):
    files = files_of(ORIGINAL, FEW)
    path = "test/GOPR0384_11_00/blur/000001.png"
    change(files, path)
    write_files(tmp_path / "GOPRO_Large", files)
    with pytest.raises(InputError, match=f"{path}.*: {message}"):
        prepare(Builder, tmp_path / "data", tmp_path, allow_partial=allow_partial)
    written = [file for file in tmp_path.glob("data/**/*") if "1.0.0" in str(file)]
    assert written == []


@pytest.mark.parametrize("content", [None, "other.txt", "GOPRO_Large/readme.txt"])
def test_nothing_found_says_what_to_put_where(tmp_path, content):
    manual = tmp_path / "manual"
    if content:
        write_files(manual, {content: b"x"})
    with pytest.raises(InputError) as error:
        prepare(Builder, tmp_path / "data", manual)
    assert str(manual) in str(error.value)
    assert Builder.MANUAL_DOWNLOAD_INSTRUCTIONS.strip() in str(error.value)
    assert "GOPRO_Large.zip, as it was downloaded" in str(error.value)


def test_partial_data_never_passes_for_the_whole(tmp_path):
    write_files(tmp_path / "GOPRO_Large", files_of(ORIGINAL, {"test": FEW["test"]}))
    with pytest.raises(InputError, match="pass allow_partial=True"):
        prepare(Builder, tmp_path / "data", tmp_path)
    config = tfds.download.DownloadConfig(manual_dir=tmp_path)
    splits, info = tfds.load(
        "gopro",
        data_dir=tmp_path / "data",
        builder_kwargs={"allow_partial": True},
        download_and_prepare_kwargs={"download_config": config},
        with_info=True,
    )
    assert {split: len(pairs) for split, pairs in splits.items()} == {"test": 2}
    assert info.full_name == "gopro/blur_partial/1.0.0"
    assert info.config_description.startswith("PARTIAL")
    assert info.metadata["partial"] is True
    assert info.metadata["num_pairs"] == {"train": 0, "test": 2}
    assert info.metadata["num_pairs_of_whole_dataset"] == {"train": 2103, "test": 1111}
    # Under its own name it opens without the flag; the whole dataset is still absent.
    assert tfds.builder("gopro/blur_partial", data_dir=tmp_path / "data").info.metadata["partial"]
    with pytest.raises(AssertionError, match="could not find data"):
        tfds.load("gopro", data_dir=tmp_path / "data", download=False)


@pytest.mark.parametrize(
    ("config", "name"),
    [
        (None, "blur_partial"),
        ("blur_gamma", "blur_gamma_partial"),
        ("blur_gamma_partial", "blur_gamma_partial"),
    ],
)
def test_names_of_partial_configurations(tmp_path, config, name):
    builder = Builder(data_dir=tmp_path, config=config, allow_partial=True)
    copy = pickle.loads(pickle.dumps(builder))
    for one in (builder, copy):
        assert one.builder_config.name == name
        assert one.builder_config.allow_partial
        assert one.builder_config.blur == name.removesuffix("_partial")


def test_unknown_configurations_are_refused_by_tfds(tmp_path):
    with pytest.raises(ValueError, match="BuilderConfig sharp not found"):
        Builder(data_dir=tmp_path, config="sharp", allow_partial=True)


@pytest.mark.parametrize("file", ["blur_gamma/000001.png", "blur/frame.png"])
def test_partial_needs_a_pair(tmp_path, file):
    write_files(tmp_path / "GOPRO_Large", {f"test/GOPR0384_11_00/{file}": b""})
    with pytest.raises(InputError, match="which holds no pair of this dataset"):
        prepare(Builder, tmp_path / "data", tmp_path, allow_partial=True)


@pytest.mark.reference
def test_the_real_pairs_are_stored_byte_for_byte(reference_data, tmp_path):
    frames = Builder(data_dir=tmp_path).frames()["test"]
    real = {}
    for folder in sorted((reference_data / "gopro_pairs").iterdir()):
        # Two of the folders are not named after a frame: they stand for the first of their video.
        sequence = folder.name[:14]
        name = next(name for name in frames if name.startswith(f"{sequence}/"))
        real[name] = {image: (folder / f"{image}.png").read_bytes() for image in ("blur", "sharp")}
    assert len(real) == 4
    files = {
        ORIGINAL.path("test", name, image): data
        for name, images in real.items()
        for image, data in images.items()
    }
    write_files(tmp_path / "GOPRO_Large", files)
    with pytest.raises(InputError, match="allow_partial"):
        prepare(Builder, tmp_path / "data", tmp_path)
    builder = prepare(Builder, tmp_path / "data", tmp_path, allow_partial=True)
    assert builder.info.metadata["partial"] is True
    assert builder.info.metadata["num_pairs"] == {"train": 0, "test": 4}
    stored = {
        record["name"].decode(): {image: record[image] for image in ("blur", "sharp")}
        for record in stored_records(builder)["test"]
    }
    assert stored == real
    for record in tfds.as_numpy(builder.as_dataset(split="test")):
        for image in ("blur", "sharp"):
            file = io.BytesIO(real[record["name"].decode()][image])
            np.testing.assert_array_equal(record[image], np.asarray(Image.open(file)))
