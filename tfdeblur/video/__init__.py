"""Videos, a file at a time: decoded, restored and encoded in constant memory.

`reader` is the one reader of videos; `deblur_video` in `pipeline` puts together the
others, one idea a file. Here is what needs no FFmpeg: which files are videos, and which
kind of file their result is.
"""

import os
from pathlib import Path

# Those that hold H.264 with any timestamps, and so keep their kind.
_KEPT = (".mp4", ".m4v", ".mov", ".mkv")
_READ = (".avi", ".webm", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".3gp", ".wmv", ".flv", ".ogv")

VIDEO_SUFFIXES = frozenset(_KEPT + _READ)

# The encoder's constant rate factor, 0 (large files) to 51: this and less look like the original.
DEFAULT_CRF = 17
MAX_CRF = 51


def is_video(path: str | os.PathLike) -> bool:
    """Says whether `path` is named like a video file."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


def result_name(path: str | os.PathLike) -> Path:
    """Names what `path` becomes: Matroska where a video's own kind cannot hold it."""
    path = Path(path)
    return path.with_suffix(".mkv") if path.suffix.lower() in _READ else path


def holds_results(path: str | os.PathLike) -> bool:
    """Says whether a restored video can be written to a file of this name."""
    return Path(path).suffix.lower() in _KEPT
