"""Which files are videos, and which kind of file their result is."""

from pathlib import Path

# Those that hold H.264 with any timestamps, and so keep their kind.
_KEPT = (".mp4", ".m4v", ".mov", ".mkv")
_READ = (".avi", ".webm", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".3gp", ".wmv", ".flv", ".ogv")

# The encoder's constant rate factor, 0 (large files) to 51: this and less look like the original.
DEFAULT_CRF = 17
MAX_CRF = 51

VIDEO_SUFFIXES = frozenset(_KEPT + _READ)


def is_video(path):
    """Whether `path` is named like a video file."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


def result_name(path):
    """The name of what `path` becomes: Matroska where a video's own kind cannot hold it."""
    path = Path(path)
    return path.with_suffix(".mkv") if path.suffix.lower() in _READ else path


def holds_results(path):
    """Whether a restored video can be written to a file of this name."""
    return Path(path).suffix.lower() in _KEPT
