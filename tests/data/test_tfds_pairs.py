"""Datasets of TFDS as pairs, on a small dataset made here."""

import numpy as np
import pytest
import tensorflow_datasets as tfds

from tests.data.pairs import origins, telling_pair
from tfdeblur.data import evaluation_pairs, tfds_pairs, training_batches
from tfdeblur.data.pipeline import CropSettings
from tfdeblur.errors import InputError


class TellingPairs(tfds.core.GeneratorBasedBuilder):
    """Eight pairs whose pixels tell where they come from."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        image = tfds.features.Image(shape=(None, None, 3), encoding_format="png")
        features = tfds.features.FeaturesDict(
            {"blur": image, "sharp": image, "name": tfds.features.Text()}
        )
        return self.dataset_info_from_configs(features=features)

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for number in range(8):
            blur, sharp = telling_pair(number)
            yield number, {"blur": blur, "sharp": sharp, "name": f"{number:03d}"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tfds")
    TellingPairs(data_dir=folder).download_and_prepare()
    return folder


def test_pairs_reach_training_and_evaluation(data_dir):
    source = tfds_pairs("telling_pairs", "train[:6]", data_dir)
    assert source.num_pairs == 6
    settings = CropSettings(crop_size=8, crops_per_pair=2, pairs_per_block=1)
    batches = training_batches(source, 2, settings).take(6).as_numpy_iterator()
    assert len({number for batch in batches for number in origins(batch)[0]}) == 6
    pairs = {pair["name"].decode(): pair for pair in evaluation_pairs(source).as_numpy_iterator()}
    for name, pair in pairs.items():
        np.testing.assert_array_equal(pair["blur"], telling_pair(int(name))[0])


def test_unknown_datasets_splits_and_features_are_refused(data_dir, tmp_path):
    with pytest.raises(InputError, match="'no_such_thing', which TFDS does not know"):
        tfds_pairs("no_such_thing", data_dir=data_dir)
    with pytest.raises(InputError, match="has no split 'test'"):
        tfds_pairs("telling_pairs", "test", data_dir)
    with pytest.raises(InputError, match="is not prepared in"):
        tfds_pairs("telling_pairs", data_dir=tmp_path)


def test_datasets_of_others_are_refused_for_they_are_code(data_dir):
    for name in ("huggingface:mnist", "someone:telling_pairs/x"):
        with pytest.raises(InputError, match="expected one of TFDS or of this project"):
            tfds_pairs(name, data_dir=data_dir)
    assert tfds_pairs("telling_pairs:1.0.0", data_dir=data_dir).num_pairs > 0


def test_version_and_fingerprint_tell_what_was_prepared(data_dir):
    source = tfds_pairs("telling_pairs", "train", data_dir)
    assert source.version == "telling_pairs/1.0.0"
    assert source.fingerprint == tfds_pairs("telling_pairs", "train", data_dir).fingerprint
    part = tfds_pairs("telling_pairs", "train[:6]", data_dir)
    assert part.fingerprint != source.fingerprint
    assert (source.partial, part.partial) == (False, True)


@pytest.mark.parametrize(
    ("name", "split", "builder_kwargs", "message"),
    [
        ("telling_pairs/other", "train", None, "'telling_pairs/other'.*other"),
        ("telling_pairs:9.9.9", "train", None, "9.9.9"),
        ("telling_pairs", "train", {"allow_partial": True}, "allow_partial"),
        ("telling_pairs", "train[:x]", None, "split 'train.:x.'"),
        ("telling_pairs", "train[:0]", None, "holds no pairs"),
    ],
)
def test_what_tfds_has_no_error_of_its_own_for_is_refused(
    data_dir, name, split, builder_kwargs, message
):
    with pytest.raises(InputError, match=message):
        tfds_pairs(name, split, data_dir, builder_kwargs)
