"""Lists of the frames that a published dataset holds.

A list lies compressed in the folder of its builder: one line per pair, sorted,
"SPLIT/SEQUENCE/FRAME", for instance "test/GOPR0384_11_00/000001".
"""

import gzip
from pathlib import Path

FILE_NAME = "frames.txt.gz"


def read_frame_list(path):
    """{split: ["SEQUENCE/FRAME", ...]} of the list in the file `path`."""
    frames: dict[str, list[str]] = {}
    for line in gzip.decompress(Path(path).read_bytes()).decode().splitlines():
        split, name = line.split("/", 1)
        frames.setdefault(split, []).append(name)
    return frames


def write_frame_list(path, frames):
    """Writes what `read_frame_list` reads; the same frames give the same bytes."""
    lines = sorted(f"{split}/{name}" for split, names in frames.items() for name in names)
    text = "".join(f"{line}\n" for line in lines)
    Path(path).write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
