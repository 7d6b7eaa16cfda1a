"""EXIF and XMP stay the same bytes but for what is no longer true."""

import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tfdeblur.images.metadata import EXIF_PREFIX, upright_exif
from tfdeblur.images.photo import Photo
from tfdeblur.images.reader import read_image
from tfdeblur.images.writer import write_image

ARTIST = "Jürgen Müller, 写真".encode()
MAKER_NOTE = b"Maker\0" + bytes(range(200))
THUMBNAIL = b"\xff\xd8 what it looked like before \xff\xd9"

FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}


def exif_block(orientation, width, height, order="<", thumbnail=THUMBNAIL):
    """A block as cameras write it, with types and encodings that libraries change."""
    data = bytearray((b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8))

    def directory(fields):
        """Writes (tag, type, count, bytes) at the end; values beyond 4 bytes come behind."""
        at = len(data)
        data.extend(bytes(2 + 12 * len(fields) + 4))
        struct.pack_into(order + "H", data, at, len(fields))
        places = {}
        for number, (tag, kind, count, value) in enumerate(fields):
            place = at + 2 + 12 * number
            places[tag] = place + 8
            struct.pack_into(order + "HHI", data, place, tag, kind, count)
            if len(value) > 4:
                struct.pack_into(order + "I", data, place + 8, len(data))
                data.extend(value + bytes(len(value) % 2))
            else:
                data[place + 8 : place + 8 + len(value)] = value
        return at, places

    def pack(layout, *values):
        return struct.pack(order + layout, *values)

    first, places = directory(
        [
            (0x0112, 3, 1, pack("H", orientation)),
            (0x013B, 2, len(ARTIST), ARTIST),
            (0x8769, 4, 1, bytes(4)),
            (0x8825, 4, 1, bytes(4)),
            # An unexpected type, and a negative number where none is foreseen.
            (0x0100, 2, 3, b"64\0"),
            (0x0128, 9, 1, pack("i", -5)),
        ]
    )
    count = 6
    inner, _ = directory(
        [
            (0x9286, 7, 12, b"UNICODE\0a\0b\0"),
            (0x927C, 7, len(MAKER_NOTE), MAKER_NOTE),
            (0xA002, 4, 1, pack("I", width)),
            (0xA003, 3, 1, pack("H", height)),
            (0xA300, 7, 1, b"\3"),
            (0xA301, 7, 1, b"\1"),
        ]
    )
    struct.pack_into(order + "I", data, places[0x8769], inner)
    gps, _ = directory([(0x0002, 5, 3, pack("6I", 48, 1, 12, 1, 30, 1))])
    struct.pack_into(order + "I", data, places[0x8825], gps)
    if thumbnail:
        second, places = directory([(0x0201, 4, 1, bytes(4)), (0x0202, 4, 1, bytes(4))])
        struct.pack_into(order + "I", data, places[0x0201], len(data))
        struct.pack_into(order + "I", data, places[0x0202], len(thumbnail))
        struct.pack_into(order + "I", data, first + 2 + 12 * count, second)
        data += thumbnail
    return EXIF_PREFIX + bytes(data)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("file_format", FORMATS)
def test_exif_is_the_same_but_for_what_was_turned(tmp_path, file_format, orientation, order):
    suffix = FORMATS[file_format]
    source, target = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    stored = exif_block(orientation, width=8, height=6, order=order)
    Image.new("RGB", (8, 6)).save(source, file_format, exif=stored)
    assert write_image(target, read_image(source)) == ()
    width, height = (8, 6) if orientation < 5 else (6, 8)
    with Image.open(target) as written:
        kept = EXIF_PREFIX + written.info["exif"].removeprefix(EXIF_PREFIX)
        assert written.size == (width, height)
    assert kept == exif_block(1, width, height, order, thumbnail=None)


def test_a_thumbnail_in_the_middle_is_wiped_and_nothing_moves():
    stored = exif_block(1, 8, 6)
    behind = b"what a MakerNote points to"
    kept = upright_exif(stored + behind, 1, 6, 8)
    assert len(kept) == len(stored + behind)
    assert kept.endswith(behind)
    assert THUMBNAIL not in kept


def test_hostile_blocks_end(rng):
    """Whatever a block says of itself, it comes back no longer, or is refused as damaged."""
    stored = exif_block(6, 8, 6)
    for _ in range(300):
        changed = bytearray(stored)
        for position in rng.integers(6, len(changed), 3):
            changed[position] = rng.integers(0, 256)
        try:
            assert len(upright_exif(bytes(changed), 6, 8, 6)) <= len(stored)
        except ValueError as error:
            assert str(error) == "damaged"


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6" '
    b'exif:PixelXDimension="8" exif:PixelYDimension="6" dc:title="\xc3\xbc"/>'
    b"<xmp:Thumbnails>base64</xmp:Thumbnails></x:xmpmeta>"
)


@pytest.mark.parametrize("file_format", FORMATS)
def test_xmp_is_kept_and_its_orientation_reset(tmp_path, file_format):
    suffix = FORMATS[file_format]
    source, target = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    write_image(source, photo_with(XMP))
    assert write_image(target, read_image(source)) == ()
    with Image.open(target) as written:
        assert written.size == (6, 8)
        kept = written.info["xmp"]
    expected = XMP.replace(b'"6" exif', b'"1" exif').replace(b'XDimension="8"', b'XDimension="6"')
    expected = expected.replace(b'YDimension="6"', b'YDimension="8"')
    assert kept == expected.replace(b"<xmp:Thumbnails>base64</xmp:Thumbnails>", b"")


def photo_with(xmp):
    return Photo(np.zeros((6, 8, 3), np.uint8), xmp=xmp)


def test_what_a_format_cannot_hold_is_said(tmp_path):
    photo = replace(photo_with(b"x" * 70_000), exif=EXIF_PREFIX + bytes(70_000))
    lost = write_image(tmp_path / "a.jpg", photo)
    assert [text.split(";")[0] for text in lost] == ["EXIF of 70006 bytes", "XMP of 70000 bytes"]
    assert read_image(tmp_path / "a.jpg").exif is None
    chunks = ((b"gAMA", bytes(4)), (b"tEXt", b"a\0b"))
    photo = replace(photo, xmp=None, icc_profile=b"icc", png_chunks=chunks)
    lost = write_image(tmp_path / "a.bmp", photo)
    assert [text.split(",")[0] for text in lost] == ["EXIF", "gAMA", "the color profile"]


def test_damaged_exif_of_a_turned_picture_is_said_to_be_lost():
    with pytest.raises(ValueError, match="damaged"):
        upright_exif(EXIF_PREFIX + b"II*\0\xff\xff\0\0", 6, 8, 6)
    assert upright_exif(b"Exif\0\0garbage", 1, 8, 6) == b"Exif\0\0garbage"
