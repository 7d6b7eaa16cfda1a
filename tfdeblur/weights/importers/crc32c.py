"""CRC-32C, the checksum of TensorFlow's checkpoints, over megabytes in milliseconds."""

import functools

import numpy as np

_POLYNOMIAL = np.uint32(0x82F63B78)  # Castagnoli's, bits reversed

# A step of Python handles one byte of each lane.
_BYTES_PER_LANE = 256


def masked_crc32c(data):
    """The checksum of `data`, rotated and shifted as TensorFlow stores it.

    Checksums that lie among the data they are of would make a checksum of it weaker.
    """
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def crc32c(data):
    """The CRC-32C of bytes, as an int."""
    table = _table()
    data = np.frombuffer(data, np.uint8)
    num_lanes = len(data) // _BYTES_PER_LANE
    lanes = data[: num_lanes * _BYTES_PER_LANE].reshape(num_lanes, _BYTES_PER_LANE)
    # All lanes at once, each as if nothing came before it: registers combine linearly.
    registers = np.zeros(num_lanes, np.uint32)
    for column in lanes.T:
        registers = table[(registers ^ column) & 0xFF] ^ (registers >> np.uint32(8))
    crc = 0xFFFFFFFF
    after_a_lane = _zeros_tables()
    for register in registers.tolist():
        shifted = 0
        for position, of_byte in enumerate(after_a_lane):
            shifted ^= of_byte[crc >> 8 * position & 0xFF]
        crc = shifted ^ register
    of_byte = table.tolist()
    for byte in data[num_lanes * _BYTES_PER_LANE :].tolist():
        crc = of_byte[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


@functools.cache
def _table():
    registers = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        registers = (registers >> np.uint32(1)) ^ np.where(registers & 1, _POLYNOMIAL, 0)
        registers = registers.astype(np.uint32)
    return registers


@functools.cache
def _zeros_tables():
    """What a lane of zeros makes of a register, for each value of each of its four bytes."""
    table = _table()
    registers = np.arange(256, dtype=np.uint32) << (8 * np.arange(4, dtype=np.uint32))[:, None]
    for _ in range(_BYTES_PER_LANE):
        registers = table[registers & 0xFF] ^ (registers >> np.uint32(8))
    return registers.tolist()
