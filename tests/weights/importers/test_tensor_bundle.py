"""Checkpoints read as TensorFlow reads them, and refused where it would end the process."""

import numpy as np
import pytest
import tensorflow as tf

from tests.reference import checkpoint_files
from tfdeblur.errors import InputError
from tfdeblur.weights.importers.tensor_bundle import TensorBundle

VALUES = np.arange(4, dtype=np.float32)


def write_index(prefix, index):
    prefix.with_name(f"{prefix.name}.index").write_bytes(index)
    prefix.with_name(f"{prefix.name}.data-00000-of-00001").write_bytes(VALUES.tobytes())
    return prefix


def items():
    return [
        (b"", checkpoint_files.header()),
        (b"w", checkpoint_files.entry([4], VALUES.tobytes())),
    ]


def test_all_that_tensorflow_writes(tmp_path, rng):
    """Names that share beginnings, in several blocks, of several types and shapes."""
    tensors = {f"net/layer{i}/weights": rng.normal(size=(3, i)).astype("<f4") for i in range(40)}
    tensors |= {f"net/{'long' * 20}/{i}": np.float64(i) for i in range(40)}
    tensors["scalar"] = np.float16(3)
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "model"),
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=list(tensors.values()),
    )
    bundle = TensorBundle(tmp_path / "model")
    assert set(bundle.entries) == set(tensors)
    for name, value in bundle.read(list(tensors)).items():
        np.testing.assert_array_equal(value, tensors[name])
        assert value.dtype == tensors[name].dtype


def test_a_checkpoint_written_byte_by_byte(tmp_path):
    prefix = write_index(tmp_path / "model", checkpoint_files.table(items()))
    [value] = TensorBundle(prefix).read(["w"]).values()
    np.testing.assert_array_equal(value, VALUES)
    np.testing.assert_array_equal(tf.train.load_variable(str(prefix), "w"), VALUES)


@pytest.mark.parametrize("kind", checkpoint_files.impossible_entries(bytes(16)))
def test_impossible_entries_are_refused(tmp_path, kind):
    entry = checkpoint_files.impossible_entries(VALUES.tobytes())[kind]
    prefix = checkpoint_files.write(tmp_path / "model", {"w": entry}, VALUES.tobytes())
    with pytest.raises(InputError):
        TensorBundle(prefix).read(["w"])


def broken_indices():
    """Name -> (index, what the refusal says)."""
    again = [(bytes([i]), b"\x00\x05") for i in range(3)]
    return {
        "no footer": (b"no index", "does not end like one"),
        "compressed": (checkpoint_files.table(items(), kind=b"\1"), "compressed"),
        "no header": (checkpoint_files.table(items()[1:]), "no header"),
        "shared with nothing": (
            checkpoint_files.table(items(), lambda _: b"\x40\x01\x01ab" + bytes(8)),
            "impossible name",
        ),
        "many files": (
            checkpoint_files.table([(b"", checkpoint_files.header(2**30))]),
            "no header",
        ),
        "long name": (
            checkpoint_files.table([*items(), (b"w" * 2000, items()[1][1])]),
            "impossible name",
        ),
        "blocks again": (
            checkpoint_files.table(
                items(), index_items=lambda handle: [(b"a", handle), (b"b", handle), *again]
            ),
            "twice",
        ),
        "flipped": (
            checkpoint_files.table(items()).replace(b"w", b"v"),
            "checksum",
        ),
    }


@pytest.mark.parametrize("kind", broken_indices())
def test_broken_indices_are_refused_with_the_reason(tmp_path, kind):
    index, message = broken_indices()[kind]
    prefix = write_index(tmp_path / "model", index)
    with pytest.raises(InputError, match=message):
        TensorBundle(prefix)


def test_the_same_bytes_for_many_tensors_are_refused(tmp_path):
    """Or a small file would fill all memory."""
    entry = checkpoint_files.entry([4], VALUES.tobytes())
    entries = {f"w{i}": entry for i in range(3)}
    prefix = checkpoint_files.write(tmp_path / "model", entries, VALUES.tobytes())
    with pytest.raises(InputError, match="beyond the end"):
        TensorBundle(prefix)


def test_a_device_for_values_is_refused(tmp_path):
    prefix = write_index(tmp_path / "model", checkpoint_files.table(items()))
    data = tmp_path / "model.data-00000-of-00001"
    data.unlink()
    data.symlink_to("/dev/zero")
    with pytest.raises(InputError, match="missing"):
        TensorBundle(prefix)
