"""synthetic_blur as TFDS users meet it: load by name, repeat, use photographs of one's own."""

import pickle

import numpy as np
import pytest
import skimage.data
import tensorflow_datasets as tfds
from PIL import Image

import tfdeblur.tfds_builders.synthetic_blur as package
from tfdeblur.errors import InputError
from tfdeblur.synthesis.photographs import EMBEDDED
from tfdeblur.synthesis.synthesis import MotionSettings

SMALL = package.SyntheticBlurConfig(name="small", size=64, train_pairs=2, test_pairs=1)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    return folder, {
        split: list(tfds.as_numpy(dataset))
        for split, dataset in tfds.load(
            "synthetic_blur", data_dir=folder, builder_kwargs={"config": SMALL}
        ).items()
    }


def records(folder):
    return {file.name: file.read_bytes() for file in folder.rglob("*.tfrecord*")}


@pytest.mark.slow
class SyntheticBlurTest(tfds.testing.DatasetBuilderTestCase):
    """TFDS's own checks, on pairs of a size that does not take long."""

    DATASET_CLASS = package.Builder
    SKIP_CHECKSUMS = True
    SKIP_TF1_GRAPH_MODE = True
    BUILDER_CONFIG_NAMES_TO_TEST = (SMALL,)
    SPLITS = {"train": 18, "test": 3}  # noqa: RUF012
    # Nothing is downloaded or read, so there is no dummy data; TFDS wants a folder.
    EXAMPLE_DIR = package.Builder.pkg_dir_path


@pytest.mark.parametrize("config", package.Builder.BUILDER_CONFIGS, ids=lambda config: config.name)
def test_no_config_needs_a_download(config):
    assert config.sharp_dir is None
    assert config.size == 256
    num_pairs = (
        len(EMBEDDED["train"]) * config.train_pairs + len(EMBEDDED["test"]) * config.test_pairs
    )
    assert 100 <= num_pairs <= 500


def test_the_default_is_the_full_difficulty():
    assert package.Builder.BUILDER_CONFIGS[0].name == "photographs"


def test_pairs(prepared):
    _, splits = prepared
    assert {split: len(pairs) for split, pairs in splits.items()} == {"train": 18, "test": 3}
    for pair in splits["train"] + splits["test"]:
        assert pair.keys() == {"blur", "sharp", "name"}
        assert pair["blur"].shape == pair["sharp"].shape == (64, 64, 3)
        assert pair["blur"].dtype == pair["sharp"].dtype == np.uint8
        assert (pair["blur"] != pair["sharp"]).any()


def test_names_are_unique_and_test_photographs_are_held_out(prepared):
    _, splits = prepared
    names = {split: [pair["name"].decode() for pair in pairs] for split, pairs in splits.items()}
    assert len(set(names["train"] + names["test"])) == 21
    photographs = {split: {name[:-4] for name in names[split]} for split in names}
    assert photographs["test"] == {"camera", "chelsea", "coffee"}
    assert not photographs["train"] & photographs["test"]


@pytest.mark.slow
def test_same_version_same_bytes(prepared, tmp_path):
    folder, _ = prepared
    package.Builder(data_dir=tmp_path, config=SMALL).download_and_prepare()
    assert records(tmp_path)
    assert records(tmp_path) == records(folder)


def test_own_photographs(tmp_path):
    photographs = tmp_path / "garden"
    photographs.mkdir()
    for name in ("coffee", "rocket", "camera"):
        Image.fromarray(getattr(skimage.data, name)()).save(photographs / f"{name}.png")
    builder = tfds.builder("synthetic_blur", data_dir=tmp_path / "data", sharp_dir=photographs)
    assert builder.builder_config.name.startswith("garden_")
    # Workers of a cluster get the builder pickled.
    assert pickle.loads(pickle.dumps(builder)).data_dir == builder.data_dir
    builder.download_and_prepare()
    assert {name: info.num_examples for name, info in builder.info.splits.items()} == {
        "train": 8,
        "test": 4,
    }
    Image.fromarray(skimage.data.chelsea()).save(photographs / "chelsea.png")
    other = tfds.builder("synthetic_blur", data_dir=tmp_path / "data", sharp_dir=photographs)
    assert other.data_dir != builder.data_dir


def test_folders_that_are_none(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        package.Builder(data_dir=tmp_path, sharp_dir=tmp_path / "missing")


def test_a_config_with_a_folder_of_photographs(tmp_path):
    Image.fromarray(skimage.data.coffee()).save(tmp_path / "one.png")
    Image.fromarray(skimage.data.rocket()).save(tmp_path / "two.png")
    known = {config.name: config for config in package.Builder.BUILDER_CONFIGS}
    plain, strong = (
        tfds.builder(name, data_dir=tmp_path / "data", sharp_dir=tmp_path).builder_config
        for name in ("synthetic_blur", "synthetic_blur/full_strength")
    )
    assert strong.name == f"full_strength_{plain.name}"
    assert strong.sharp_dir == str(tmp_path)
    assert strong.motion == known["full_strength"].motion
    assert strong.sensor == known["full_strength"].sensor
    assert known["full_strength"].sharp_dir is None


def test_configs_that_have_photographs_already(tmp_path):
    Image.fromarray(skimage.data.coffee()).save(tmp_path / "one.png")
    own = package.SyntheticBlurConfig(name="own", sharp_dir=str(tmp_path))
    for config in ("unknown", own):
        with pytest.raises(ValueError, match="expected a config of photographs, short_shake"):
            package.Builder(data_dir=tmp_path, sharp_dir=tmp_path, config=config)


def test_settings_change_the_pairs(tmp_path, prepared):
    still = MotionSettings(camera_extent_px=(0, 0), max_rotation_degrees=0, num_objects=(0, 0))
    config = package.SyntheticBlurConfig(
        name="still", size=64, train_pairs=1, test_pairs=1, motion=still
    )
    builder = package.Builder(data_dir=tmp_path, config=config)
    builder.download_and_prepare()
    for pair in tfds.as_numpy(builder.as_dataset("test")):
        # What is left is noise.
        assert np.abs(pair["blur"].astype(int) - pair["sharp"]).mean() < 6


def test_records_that_changed_have_a_version_of_their_own(tmp_path):
    """Of the other configs, prepared data stay valid."""
    versions = {
        config.name: str(package.Builder(data_dir=tmp_path, config=config.name).version)
        for config in package.Builder.BUILDER_CONFIGS
    }
    assert versions == {"photographs": "1.0.0", "short_shake": "1.0.0", "full_strength": "2.0.0"}


def test_full_strength_is_at_full_strength():
    """Settings that, where they were lost, would leave pairs that look much the same."""
    known = {config.name: config for config in package.Builder.BUILDER_CONFIGS}
    motion, sensor = known["full_strength"].motion, known["full_strength"].sensor
    assert motion.nearness_variation[1] > 0
    assert 0 < motion.still_probability < 0.2
    assert 0 < sensor.softness_probability < 0.2
    assert sensor.sharpening[1] > 0
