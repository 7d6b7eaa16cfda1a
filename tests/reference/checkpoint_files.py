"""TensorFlow checkpoints written byte by byte, also such as TensorFlow would not write.

The format is LevelDB's table, with protocol buffers as values; see `tensor_bundle.h` of
TensorFlow.
"""

import struct

FLOAT, STRING = 1, 7


def crc32c(data):
    """The checksum bit by bit, as its polynomial says."""
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(number):
    number &= 2**64 - 1  # as protocol buffers write negative ones
    written = b""
    while number > 0x7F:
        written += bytes([number & 0x7F | 0x80])
        number >>= 7
    return written + bytes([number])


def field(number, value):
    """A field of a protocol buffer, of an int or of bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def header(num_shards=1):
    return field(1, num_shards) + field(3, field(1, 1))


def entry(shape, data=b"", dtype=FLOAT, shard=0, offset=0, size=None, checksum=None):
    """The entry of a tensor of bytes `data`; what is given besides replaces the truth."""
    dimensions = b"".join(field(2, field(1, length)) for length in shape)
    size = len(data) if size is None else size
    checksum = masked(data) if checksum is None else checksum
    places = field(3, shard) + field(4, offset) + field(5, size)
    return field(1, dtype) + field(2, dimensions) + places + b"\x35" + struct.pack("<I", checksum)


def block_content(items):
    content = b"".join(
        varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in items
    )
    return content + struct.pack("<II", 0, 1)


def table(items, make_content=block_content, kind=b"\0", index_items=None):
    """The bytes of an index of (key, value) pairs, in one block."""
    data = b""

    def put(content, kind=b"\0"):
        nonlocal data
        handle = varint(len(data)) + varint(len(content))
        data += content + kind + struct.pack("<I", masked(content + kind))
        return handle

    first = put(make_content(items), kind)
    empty = put(block_content([]))
    index = put(block_content(index_items(first) if index_items else [(b"\xff", first)]))
    return data + (empty + index).ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


def write(prefix, entries, data=b"", num_shards=1):
    """Writes a checkpoint with these entries, a dict from name to bytes of an entry."""
    items = [(b"", header(num_shards)), *((key.encode(), entries[key]) for key in sorted(entries))]
    prefix.with_name(f"{prefix.name}.index").write_bytes(table(items))
    prefix.with_name(f"{prefix.name}.data-00000-of-{num_shards:05d}").write_bytes(data)
    return prefix


def impossible_entries(data):
    """Name -> entry of a tensor of bytes `data` that cannot be; many end TensorFlow's reader."""
    return {
        "negative length": entry([-1], data),
        "product beyond 64 bits": entry([2**40, 2**40], data),
        "terabytes": entry([2**40], data),
        "terabytes that the file does not have": entry([2**40], size=2**42, checksum=0),
        "three hundred dimensions": entry([1] * 300, data[:4]),
        "unknown type": entry([len(data) // 4], data, dtype=999),
        "type 0": entry([len(data) // 4], data, dtype=0),
        "reference type": entry([len(data) // 4], data, dtype=101),
        "variant": entry([1], data, dtype=21),
        "strings": entry([4], data, dtype=STRING),
        "negative size": entry([len(data) // 4], data, size=-len(data)),
        "negative offset": entry([len(data) // 4], data, offset=-16),
        "offset beyond the end": entry([len(data) // 4], data, offset=2**60),
        "other file": entry([len(data) // 4], data, shard=77),
        "wrong checksum": entry([len(data) // 4], data, checksum=7),
        "of slices": entry([len(data) // 4], data) + field(7, b""),
    }
