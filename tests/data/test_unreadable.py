"""The pair that stopped a pipeline is found and named."""

import pytest
import tensorflow as tf

from tests.data.pairs import write_pairs
from tfdeblur.data import Mixture, folder_pairs
from tfdeblur.data.pair_source import PairSource
from tfdeblur.data.unreadable import first_unreadable


@pytest.fixture
def root(tmp_path):
    return write_pairs(tmp_path / "pairs", num_pairs=3)


def damage(path):
    """Flips bits of the pixels: the header is sound, and so is the end."""
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(255 - byte for byte in data[60:90])
    path.write_bytes(data)
    return path


def test_nothing_is_found_where_nothing_is_wrong(root):
    assert first_unreadable(folder_pairs(root)) is None


def test_the_first_damaged_pair_is_named_in_one_line(root):
    source = folder_pairs(root)
    for name in ("001", "002"):
        damage(root / "target" / "clip" / f"{name}.png")
    found = first_unreadable(source)
    assert (found.source, found.pair) == (str(root), "clip/001")
    assert "PNG" in found.reason
    assert not {"\n", "{{", "[Op"} & set(found.reason.split())


def test_a_pair_of_two_sizes(root):
    source = folder_pairs(root)
    image = tf.io.encode_png(tf.zeros((20, 20, 3), tf.uint8)).numpy()
    (root / "input" / "clip" / "001.png").write_bytes(image)
    found = first_unreadable(source)
    assert found.pair == "clip/001"
    assert "differ in size" in found.reason


def test_a_file_that_is_gone(root):
    source = folder_pairs(root)
    gone = root / "input" / "clip" / "002.png"
    gone.unlink()
    found = first_unreadable(source)
    assert found.pair == "pair number 2"
    assert str(gone) in found.reason


def test_in_a_mixture_every_part_is_searched(root, tmp_path):
    other = write_pairs(tmp_path / "other", num_pairs=2)
    mixture = Mixture([folder_pairs(root), folder_pairs(other)])
    assert first_unreadable(mixture) is None
    damage(other / "input" / "clip" / "000.png")
    assert str(first_unreadable(mixture)).startswith(f"{other}: clip/000: ")


def test_pairs_without_names_are_called_by_number(root):
    source = folder_pairs(root)
    damage(root / "input" / "clip" / "001.png")
    nameless = PairSource(
        "nameless",
        3,
        source.records,
        lambda record: {**source.load(record), "name": tf.constant("")},
        3,
    )
    assert first_unreadable(nameless).pair == "pair number 1"
