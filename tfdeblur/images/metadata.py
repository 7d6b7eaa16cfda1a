"""EXIF and XMP of a picture that was turned upright: patched in place, and else the same bytes.

Rewriting a block moves what nobody but its camera understands (MakerNote), and changes types
and text encodings. So only what is no longer true is touched: the orientation, the sides when
they are exchanged, and the thumbnail, which shows the picture as it was before.

References:
  CIPA DC-008 (EXIF 2.32), TIFF 6.0, and Adobe's XMP Specification Part 2.
"""

import contextlib
import re
import struct
from typing import NamedTuple

EXIF_PREFIX = b"Exif\0\0"
ORIENTATION = 0x0112

# From this orientation on, rows are stored as columns.
FIRST_ON_ITS_SIDE = 5

_EXIF_DIRECTORY, _GPS_DIRECTORY, _INTEROPERABILITY_DIRECTORY = 0x8769, 0x8825, 0xA005
_DIRECTORIES = (_EXIF_DIRECTORY, _GPS_DIRECTORY, _INTEROPERABILITY_DIRECTORY)
_WIDTHS, _HEIGHTS = (0x0100, 0xA002), (0x0101, 0xA003)
# Where a thumbnail is and how long: a JPEG, or strips.
_THUMBNAIL = ((0x0201, 0x0202), (0x0111, 0x0117))

_SHORT, _LONG = 3, 4
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}


def upright_exif(exif, orientation, height, width):
    """The EXIF block of a picture that was stored with `orientation` and is upright now.

    Args:
      exif: the block, beginning with `EXIF_PREFIX`.
      orientation: 1 to 8, as EXIF numbers it.
      height, width: of the upright picture, in pixels.

    Raises:
      ValueError: when the block is too damaged to find the orientation in it.
    """
    data = bytearray(exif.removeprefix(EXIF_PREFIX))
    try:
        block = _Block(data)
        kept = block.survey(block.first)
    except (struct.error, KeyError):
        if orientation == 1:  # nothing in it is wrong that was not wrong before
            return exif
        raise ValueError("damaged") from None
    for entry in kept.entries:
        if entry.tag == ORIENTATION and orientation != 1:
            block.write(entry, _SHORT, 1)
        elif orientation >= FIRST_ON_ITS_SIDE and entry.kind in (_SHORT, _LONG):
            if entry.tag in _WIDTHS:
                block.write(entry, entry.kind, width)
            elif entry.tag in _HEIGHTS:
                block.write(entry, entry.kind, height)
    block.drop_thumbnail(kept)
    return EXIF_PREFIX + bytes(data)


def upright_xmp(xmp, orientation, height, width):
    """The XMP packet, as `upright_exif`; its orientation becomes 1 whatever it was."""
    values = {rb"tiff:Orientation": 1}
    if orientation >= FIRST_ON_ITS_SIDE:
        for names, side in (
            ((rb"exif:PixelXDimension", rb"tiff:ImageWidth"), width),
            ((rb"exif:PixelYDimension", rb"tiff:ImageLength"), height),
        ):
            values |= dict.fromkeys(names, side)
    for name, value in values.items():
        pattern = rb"(" + name + rb"\s*(?:=\s*[\"']|>)\s*)\d+"
        xmp = re.sub(pattern, rb"\g<1>%d" % value, xmp)
    return re.sub(rb"<xmp:Thumbnails>.*?</xmp:Thumbnails>", b"", xmp, flags=re.DOTALL)


class _Entry(NamedTuple):
    """A field of a directory: where it is, its tag, type and number of values."""

    at: int
    tag: int
    kind: int
    num_values: int

    @property
    def num_bytes(self):
        return _BYTES.get(self.kind, 1) * self.num_values


class _Survey(NamedTuple):
    """Entries of directories, the stretches (begin, end) they take, and what tells the next."""

    entries: list
    stretches: list
    next_at: int


class _Block:
    """A TIFF structure in a bytearray, which is changed in place."""

    def __init__(self, data):
        self._data = data
        self._order = {b"II": "<", b"MM": ">"}[bytes(data[:2])]
        self.first = self._read("I", 4)

    def survey(self, at, depth=2):
        """What is in the directory at `at` and, `depth` levels deep, in those it points to."""
        count = self._read("H", at)
        next_at = at + 2 + 12 * count
        places = range(at + 2, next_at, 12)
        entries = [_Entry(place, *self._read("HHI", place)) for place in places]
        stretches = [(0, 8), (at, next_at + 4)]
        for entry in entries:
            if entry.num_bytes > 4:
                begin = self.value(entry)
                stretches.append((begin, begin + entry.num_bytes))
        # One of each tag, so that hostile blocks do not keep us busy.
        inner = {entry.tag: entry for entry in entries if entry.tag in _DIRECTORIES}
        for entry in inner.values() if depth else ():
            with contextlib.suppress(struct.error):  # damaged, and left so
                found = self.survey(self.value(entry), depth - 1)
                entries += found.entries
                stretches += found.stretches
        return _Survey(entries, stretches, next_at)

    def value(self, entry):
        """The only value of a number, or where the values are that do not fit the entry."""
        return self._read(
            "H" if entry.kind == _SHORT and entry.num_values == 1 else "I", entry.at + 8
        )

    def write(self, entry, kind, value):
        kind = kind if value <= 0xFFFF else _LONG
        layout = "HII" if kind == _LONG else "HIHxx"
        struct.pack_into(self._order + layout, self._data, entry.at + 2, kind, 1, value)

    def drop_thumbnail(self, kept):
        """Cuts off the second directory, its picture and everything else that is only its."""
        try:
            second = self._read("I", kept.next_at)
            thumbnail = self.survey(second, depth=0) if second else None
        except struct.error:
            thumbnail = None
        if thumbnail is None:
            return
        struct.pack_into(self._order + "I", self._data, kept.next_at, 0)
        fields = {entry.tag: entry for entry in thumbnail.entries}
        stretches = thumbnail.stretches
        for place, length in _THUMBNAIL:
            if {place, length} <= fields.keys() and fields[place].num_values == 1:
                begin = self.value(fields[place])
                stretches.append((begin, begin + self.value(fields[length])))
        for begin, end in sorted(stretches, reverse=True):
            if any(begin < last and first < end for first, last in kept.stretches):
                continue
            if end >= len(self._data) - 1:  # values begin at even places
                del self._data[begin:]
            else:
                self._data[begin:end] = bytes(end - begin)

    def _read(self, layout, at):
        values = struct.unpack_from(self._order + layout, self._data, at)
        return values if len(layout) > 1 else values[0]
