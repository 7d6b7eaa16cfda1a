"""The checksum against its definition and published values."""

import pytest

from tests.reference import checkpoint_files
from tfdeblur.weights.importers.crc32c import crc32c, masked_crc32c


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"123456789", 0xE3069283),
        # RFC 3720, B.4
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_published_values(data, expected):
    assert crc32c(data) == expected


@pytest.mark.parametrize("length", [0, 1, 255, 256, 257, 511, 512, 5000])
def test_every_length_is_as_bit_by_bit(rng, length):
    data = rng.bytes(length)
    assert crc32c(data) == checkpoint_files.crc32c(data)
    assert masked_crc32c(data) == checkpoint_files.masked(data)
