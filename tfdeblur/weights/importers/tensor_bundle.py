"""TensorFlow checkpoints read as data.

TensorFlow's own reader ends the whole process when an index names an impossible shape
or type, which no `except` can prevent. So the format is read here, and everything
it says is checked before it is used.

A checkpoint PREFIX is a table of entries, `PREFIX.index`, and raw values, the files
`PREFIX.data-00000-of-00001` and on. The table has LevelDB's format: blocks of sorted
keys, of which each stores what it does not share with the one before, then a block
that says where the blocks are, then a footer that says where that is.
"""

import dataclasses
import math
import struct

import numpy as np

from tfdeblur.errors import InputError, shown
from tfdeblur.weights.importers.crc32c import masked_crc32c

_MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
_FOOTER_BYTES = 48
_CHECKSUM_BYTES = 4

# The release's index has 26 kB. A state of training has three entries for each tensor.
_MOST_INDEX_BYTES = 2**24
# The release's network has 11 MB.
_MOST_TENSOR_BYTES = 2**28

# Of what checkpoints hold as raw values, by the numbers of TensorFlow's DataType.
_DTYPES: dict[int, np.dtype] = {
    1: np.dtype("<f4"),
    2: np.dtype("<f8"),
    3: np.dtype("<i4"),
    9: np.dtype("<i8"),
    19: np.dtype("<f2"),
}
_STRING = 7


@dataclasses.dataclass(frozen=True)
class Entry:
    """Where a tensor lies; `dtype` is None for one of strings."""

    dtype: np.dtype | None
    shape: tuple
    shard: int
    offset: int
    num_bytes: int
    checksum: int


class TensorBundle:
    """A checkpoint whose index has been read and fits the files beside it.

    Args:
      prefix: pathlib.Path of the checkpoint, without ".index".

    Attributes:
      entries: dict from tensor name to `Entry`.

    Raises:
      InputError: when the files are no checkpoint, are damaged, or say what cannot be.
      OSError: when a file cannot be read.
    """

    def __init__(self, prefix):
        index = prefix.with_name(f"{prefix.name}.index")
        if not index.is_file() or index.stat().st_size > _MOST_INDEX_BYTES:
            raise InputError("the index is no file, or far larger than any of a network")
        found = dict(_table_items(index.read_bytes()))
        num_shards = _num_shards(found.pop(b"", None))
        self.entries = {
            key.decode("utf-8", "replace"): _entry(value, num_shards)
            for key, value in found.items()
        }
        self._shards = [
            prefix.with_name(f"{prefix.name}.data-{shard:05d}-of-{num_shards:05d}")
            for shard in range(num_shards)
        ]
        self._check_places()

    def read(self, names):
        """The values of float tensors: dict from name to array.

        Raises:
          InputError: when one is of another type or does not have the checksum it had, or
            when they are far larger than a network.
        """
        if sum(self.entries[name].num_bytes for name in names) > _MOST_TENSOR_BYTES:
            raise InputError("the tensors are far larger than any network's")
        return {name: self._read(name) for name in names}

    def _read(self, name):
        entry = self.entries[name]
        if entry.dtype is None or entry.dtype.kind != "f":
            raise InputError(f"expected float tensors; {shown(name)} is of another type")
        with self._shards[entry.shard].open("rb") as file:
            file.seek(entry.offset)
            values = file.read(entry.num_bytes)
        if len(values) != entry.num_bytes or masked_crc32c(values) != entry.checksum:
            raise InputError(f"{shown(name)} has not the values that were saved")
        return np.frombuffer(values, entry.dtype).reshape(entry.shape)

    def _check_places(self):
        for shard, path in enumerate(self._shards):
            # Not a pipe or a device, which would never end.
            if not path.is_file():
                raise InputError(f"the file {path.name} is missing")
            entries = [entry for entry in self.entries.values() if entry.shard == shard]
            room = path.stat().st_size
            # More than there is would be the same bytes again and again.
            if sum(entry.num_bytes for entry in entries) > room or any(
                entry.offset + entry.num_bytes > room for entry in entries
            ):
                raise InputError(f"tensors reach beyond the end of {path.name}")


def _table_items(data):
    if len(data) < _FOOTER_BYTES or not data.endswith(_MAGIC):
        raise InputError("the index does not end like one")
    footer = _Bytes(data[-_FOOTER_BYTES:])
    footer.handle()  # of a block that TensorFlow leaves empty
    seen = 0
    for _, value in _block_items(data, *footer.handle()):
        offset, size = _Bytes(value).handle()
        # A block that is named again would make a small file do endless work.
        if offset < seen:
            raise InputError("the index names a block twice")
        seen = offset + size
        yield from _block_items(data, offset, size)


def _block_items(data, offset, size):
    block = data[offset : offset + size + 1 + _CHECKSUM_BYTES]
    if len(block) != size + 1 + _CHECKSUM_BYTES or size < 4:
        raise InputError("the index is cut off")
    content, kind, checksum = block[:size], block[size], block[size + 1 :]
    if kind != 0:
        raise InputError("the index is compressed, as TensorFlow does not write it")
    if masked_crc32c(block[: size + 1]) != int.from_bytes(checksum, "little"):
        raise InputError("the index has not the checksum that was saved")
    num_restarts = int.from_bytes(content[-4:], "little")
    items = _Bytes(content[: max(0, size - 4 - 4 * num_restarts)])
    key = b""
    while items:
        num_shared, num_own, num_value = items.varint(), items.varint(), items.varint()
        # Names that share what came before could grow beyond all bounds.
        if num_shared > len(key) or num_shared + num_own > 1000:
            raise InputError("the index holds an impossible name")
        key = key[:num_shared] + items.take(num_own)
        yield key, items.take(num_value)


class _Bytes:
    """Bytes that are taken from the front."""

    def __init__(self, data):
        self._data, self._position = data, 0

    def __bool__(self):
        return self._position < len(self._data)

    def take(self, count):
        taken = self._data[self._position : self._position + count]
        if len(taken) != count:
            raise InputError("the index is cut off")
        self._position += count
        return taken

    def varint(self):
        value = 0
        for shift in range(0, 64, 7):
            [byte] = self.take(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise InputError("the index holds an impossible number")

    def handle(self):
        """(offset, size) of a block."""
        return self.varint(), self.varint()


def _num_shards(header):
    from tensorflow.core.protobuf import tensor_bundle_pb2

    header = tensor_bundle_pb2.BundleHeaderProto.FromString(header or b"")
    if not 1 <= header.num_shards <= 1000 or header.endianness != header.LITTLE:
        raise InputError("the index has no header of a checkpoint")
    return header.num_shards


def _entry(value, num_shards):
    from tensorflow.core.protobuf import tensor_bundle_pb2

    entry = tensor_bundle_pb2.BundleEntryProto.FromString(value)
    shape = tuple(dimension.size for dimension in entry.shape.dim)
    dtype = _DTYPES.get(entry.dtype)
    if dtype is None and entry.dtype != _STRING:
        raise InputError("a tensor is of a type that no checkpoint of a network has")
    if (
        entry.shape.unknown_rank
        or len(shape) > 8
        or any(size < 0 for size in shape)
        or entry.slices
    ):
        raise InputError("a tensor has an impossible shape")
    if dtype is not None and entry.size != math.prod(shape) * dtype.itemsize:
        raise InputError("a tensor has another size than its shape says")
    if dtype is None and math.prod(shape) > entry.size:
        raise InputError("a tensor has another size than its shape says")
    if not 0 <= entry.shard_id < num_shards or entry.offset < 0 or entry.size < 0:
        raise InputError("a tensor lies nowhere")
    return Entry(dtype, shape, entry.shard_id, entry.offset, entry.size, entry.crc32c)
