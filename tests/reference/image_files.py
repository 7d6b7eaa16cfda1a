"""Image files made with other libraries than those that the package reads them with."""

import struct
import zlib

import numpy as np
from PIL import Image

ORIENTATION = 0x0112
MAKE = 0x010F

# Only carried, never interpreted; a JPEG's profile must fit one segment to keep this simple.
ICC_PROFILE = bytes(range(256)) * 2


def chunk(kind, content):
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png_16(array, before=b"", after=b""):
    """A 16-bit PNG of array (h, w, c), without filters; chunks before and after the pixels."""
    height, width, channels = array.shape
    colour_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    data = chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(rows)) + after
    return b"\x89PNG\r\n\x1a\n" + data + chunk(b"IEND", b"")


def exif(orientation=None, make="Maker"):
    block = Image.Exif()
    block[MAKE] = make
    block.get_ifd(0x8769)[0x829A] = 0.125  # exposure time, in the EXIF folder
    if orientation:
        block[ORIENTATION] = orientation
    return block.tobytes()


def transpose(array, orientation):
    """What the EXIF standard says for each pixel: (row, column) upright -> stored."""
    height, width = array.shape[:2]
    stored = {
        1: lambda r, c: (r, c),
        2: lambda r, c: (r, width - 1 - c),
        3: lambda r, c: (height - 1 - r, width - 1 - c),
        4: lambda r, c: (height - 1 - r, c),
        5: lambda r, c: (c, r),
        6: lambda r, c: (height - 1 - c, r),
        7: lambda r, c: (height - 1 - c, width - 1 - r),
        8: lambda r, c: (c, width - 1 - r),
    }[orientation]
    rows, columns = (height, width) if orientation < 5 else (width, height)
    return np.array([[array[stored(r, c)] for c in range(columns)] for r in range(rows)])
