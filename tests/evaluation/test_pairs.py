"""Pairs that cannot be read any more when it is their turn."""

import re

import pytest
import tensorflow as tf

from tests.evaluation.small import pair, write_pairs
from tfdeblur.data import folder_pairs
from tfdeblur.data.pair_source import PairSource
from tfdeblur.errors import InputError
from tfdeblur.evaluation.pairs import read_pairs

NAMES = ["0", "1", "2", "3"]


def read_until_failure(source, positions):
    """The names of the pairs that were read, and the message."""
    names = []
    with pytest.raises(InputError) as caught:
        for content in read_pairs(source, positions):
            names.append(content["name"])
    return names, str(caught.value)


def test_a_file_that_was_removed_since(tmp_path):
    folders = write_pairs(tmp_path, NAMES)
    source = folder_pairs(**folders)
    removed = folders["sharp_dir"] / "2.png"
    removed.unlink()
    names, message = read_until_failure(source, [0, 2, 3])
    assert names == ["0"]
    assert "pair number 2 cannot be read: " in message
    assert f"{removed}; No such file or directory" in message
    assert "\n" not in message


def encoded(number):
    """One record: the two images of a pair as PNG."""
    images = [tf.io.encode_png(image).numpy() for image in pair(number)]
    return tf.io.serialize_tensor(tf.constant(images)).numpy()


def load(record):
    blur, sharp = tf.unstack(tf.ensure_shape(tf.io.parse_tensor(record, tf.string), (2,)))
    return {"blur": blur, "sharp": sharp, "name": tf.constant("")}


def test_a_record_that_is_damaged(tmp_path):
    path = tmp_path / "pairs.tfrecord"
    records = [encoded(number) for number in range(3)]
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)
    content = bytearray(path.read_bytes())
    content[content.index(records[1]) + 40] ^= 0xFF
    path.write_bytes(content)
    source = PairSource("records", 3, tf.data.TFRecordDataset(str(path)), load, 3)
    names, message = read_until_failure(source, [0, 1, 2])
    assert names == ["000000"]
    assert re.match(r"records: pair number 1 cannot be read: .*corrupted record", message)
    assert "\n" not in message
