"""Lists of frames: what is shipped is what was published."""

import gzip

import pytest

from tests.conftest import PROJECT
from tfdeblur.builders.pair_layout import FRAME_LIST, read_frame_list, write_frame_list
from tools import make_frame_lists

NUM_PAIRS = {
    "gopro": {"train": 2103, "test": 1111},
    "gao2019": {"train": 5290},
    "su2017": {"train": 5708, "test": 1000},
}
NUM_SEQUENCES = {
    "gopro": {"train": 22, "test": 11},
    "gao2019": {"train": 2},
    "su2017": {"train": 61, "test": 10},
}


def shipped(name):
    return PROJECT / "tfds_builders" / name / FRAME_LIST


@pytest.mark.parametrize("name", NUM_PAIRS)
def test_shipped_lists_have_the_published_counts(name):
    frames = read_frame_list(shipped(name))
    assert {split: len(set(names)) for split, names in frames.items()} == NUM_PAIRS[name]
    sequences = {split: {n.split("/")[0] for n in names} for split, names in frames.items()}
    assert {split: len(names) for split, names in sequences.items()} == NUM_SEQUENCES[name]


def test_gopro_test_sequences_have_the_published_lengths():
    names = read_frame_list(shipped("gopro"))["test"]
    sequences = [name.split("/")[0] for name in names]
    lengths = {sequence: sequences.count(sequence) for sequence in sequences}
    assert lengths.pop("GOPR0410_11_00") == 134
    assert lengths.pop("GOPR0862_11_00") == 77
    assert list(lengths.values()) == [100] * 9


def test_training_and_test_frames_are_of_different_videos():
    for name in ("gopro", "su2017"):
        frames = read_frame_list(shipped(name))
        train, test = ({n.split("/")[0] for n in frames[split]} for split in ("train", "test"))
        assert not train & test


@pytest.mark.reference
@pytest.mark.parametrize("name", NUM_PAIRS)
def test_shipped_lists_are_those_of_the_archives(name, reference_data, tmp_path):
    for builder in NUM_PAIRS:
        (tmp_path / builder).mkdir()
    make_frame_lists.main(reference_data / "lists", tmp_path)
    # The text, because another version of zlib may compress it into other bytes.
    written = gzip.decompress((tmp_path / name / FRAME_LIST).read_bytes())
    assert written == gzip.decompress(shipped(name).read_bytes())


def test_written_lists_are_read_back_and_repeat(tmp_path):
    frames = {"test": ["b/2", "b/1"], "train": ["a/1"]}
    for file in ("one", "two"):
        write_frame_list(tmp_path / file, frames)
    assert read_frame_list(tmp_path / "one") == {"test": ["b/1", "b/2"], "train": ["a/1"]}
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
