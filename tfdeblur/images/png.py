"""The chunks of a PNG file: those that are carried over, and those Pillow cannot open.

Text may be a few kilobytes that inflate to gigabytes, so Pillow refuses a whole file for
what nobody looks at. Here text is carried over as it is, still compressed.
"""

import struct
import zlib

from PIL import PngImagePlugin

SIGNATURE = b"\x89PNG\r\n\x1a\n"

# Beyond what a JPEG could hold; profiles of printers take one or two.
MAX_PROFILE_BYTES = 16_000_000

# The length of the signature and of the chunk IHDR, which must be the first.
_HEAD_BYTES = 33

_TEXT = (b"tEXt", b"zTXt", b"iTXt")
_CARRIED = (b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"pHYs", *_TEXT)

_XMP = b"XML:com.adobe.xmp\0"
# EXIF, XMP and profiles in a form older than their own chunks.
_PROFILES = tuple(b"Raw profile type " + name for name in (b"exif", b"APP1", b"xmp", b"icc"))


class TooLargeError(ValueError):
    """A profile is larger than `MAX_PROFILE_BYTES`."""


def chunk(kind, content):
    """A chunk as it stands in the file."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def xmp_chunk(xmp):
    """The chunk that holds an XMP packet."""
    return chunk(b"iTXt", _XMP + b"\0\0\0\0" + xmp)


def profile_chunk(profile):
    """The chunk that holds a color profile."""
    return chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(profile))


def with_chunks(data, chunks):
    """The PNG file `data` with further chunks before its pixels."""
    return data[:_HEAD_BYTES] + b"".join(chunks) + data[_HEAD_BYTES:]


def carried_chunks(data, is_on_its_side):
    """(kind, content) of the chunks that still hold when only the pixels change.

    They describe colors, the size of a pixel, or are text. EXIF, XMP and profiles are not
    among them, for they are part of a `Photo`.

    Args:
      is_on_its_side: whether rows become columns, so that the pixel's sides are exchanged.
    """
    carried = []
    for kind, start, end in _chunks(data):
        content = data[start + 8 : end - 4]
        if kind not in _CARRIED or content.startswith((_XMP, *_PROFILES)):
            continue
        if kind == b"pHYs" and is_on_its_side:
            content = content[4:8] + content[:4] + content[8:]
        carried.append((kind, content))
    return tuple(carried)


def has_xmp(data):
    """Whether there is an XMP packet."""
    return any(
        kind == b"iTXt" and data.startswith(_XMP, start + 8) for kind, start, _ in _chunks(data)
    )


def color_profile(data):
    """The color profile of a PNG file, or None.

    Raises:
      TooLargeError: when it is larger than `MAX_PROFILE_BYTES`.
    """
    for kind, start, end in _chunks(data):
        if kind == b"iCCP":
            _, _, compressed = data[start + 8 : end - 4].partition(b"\0")
            try:
                profile = _inflated(compressed[1:], MAX_PROFILE_BYTES + 1)
            except zlib.error:  # a damaged profile is no reason to refuse the picture
                return None
            if len(profile) > MAX_PROFILE_BYTES:
                raise TooLargeError
            return profile
    return None


def without_large_text(data):
    """The PNG file without text and profiles that Pillow refuses to hold; as it is if all fit."""
    parts, begin, total = [], 0, 0
    for kind, start, end in _chunks(data):
        if kind not in (*_TEXT, b"iCCP"):
            continue
        size, is_compressed = _text_size(kind, data[start + 8 : end - 4])
        total += size
        limit = PngImagePlugin.MAX_TEXT_CHUNK
        if (is_compressed and size > limit) or total > PngImagePlugin.MAX_TEXT_MEMORY:
            total -= size
            parts.append(data[begin:start])
            begin = end
    return b"".join([*parts, data[begin:]]) if parts else data


def _chunks(data):
    """(kind, start, end) of every whole chunk."""
    start = len(SIGNATURE)
    while start + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, start)
        end = start + 12 + length
        if end > len(data):
            return
        yield kind, start, end
        start = end


def _text_size(kind, content):
    """(bytes, at most one more than Pillow holds, and whether they are compressed)."""
    _, _, text = content.partition(b"\0")
    if kind == b"tEXt" or (kind == b"iTXt" and text[:1] != b"\1"):
        return len(content), False
    if kind == b"iTXt":
        _, _, text = text[2:].partition(b"\0")  # language
        _, _, text = text.partition(b"\0")  # translated keyword
        text = b"\0" + text
    try:
        return len(_inflated(text[1:], PngImagePlugin.MAX_TEXT_CHUNK + 1)), True
    except zlib.error:
        return 0, True


def _inflated(compressed, max_bytes):
    return zlib.decompressobj().decompress(compressed, max_bytes)
