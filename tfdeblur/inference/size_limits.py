"""Which image sizes can be restored in one piece on this machine."""

import contextlib
import re
from pathlib import Path

import psutil

from tfdeblur.errors import InputError

# Reflection, which the networks pad with, has nothing to mirror in a single line.
MIN_SIDE = 2

# Beyond this an image is a panorama or a scan, which is cut into tiles.
MAX_SIDE = 16_384

_CGROUP = Path("/sys/fs/cgroup")

# TensorFlow and JAX have exceptions of their own for this, known by their names.
_OUT_OF_MEMORY = "ResourceExhausted|RESOURCE_EXHAUSTED"


class ImageSizeError(InputError):
    """An image is too small to restore, or too large to restore in one piece."""


def available_memory():
    """Bytes this process can still take: the machine's, or its container's if that is less."""
    available = psutil.virtual_memory().available
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        used = int((_CGROUP / "memory.current").read_text())
        statistics = dict(map(str.split, (_CGROUP / "memory.stat").read_text().splitlines()))
        # Files read once and kept in case they are read again: given back when needed.
        cached = int(statistics["inactive_file"])
    except (OSError, ValueError, KeyError):  # no container, or one without a limit ("max")
        return available
    return min(available, max(limit - used + cached, 0))


def check_side(height, width):
    """Raises ImageSizeError for an image of less than `MIN_SIDE` rows or columns."""
    if min(height, width) < MIN_SIDE:
        raise ImageSizeError(
            f"received {width}x{height} pixels; expected at least {MIN_SIDE} rows and columns."
        )


def check_memory(height, width, bytes_per_pixel):
    """Raises ImageSizeError unless so many pixels can be restored in one piece.

    `bytes_per_pixel` is the network's peak working memory.
    """
    needed, available = height * width * bytes_per_pixel, available_memory()
    if max(height, width) > MAX_SIDE or needed > available:
        raise ImageSizeError(
            f"received {width}x{height} pixels, which take about {needed / 1e9:.1f} GB of memory "
            f"in one piece; expected sides of at most {MAX_SIDE} pixels and at most "
            f"{available / 1e9:.1f} GB, which are free. Choose tiles, or smaller ones, or reduce "
            "the image."
        )


@contextlib.contextmanager
def memory_errors_in_words(what):
    """Turns every kind of error for lack of memory into an ImageSizeError.

    `what` says what was restored meanwhile, e.g. "1280x720 pixels".
    """
    try:
        yield
    except Exception as error:
        description = f"{type(error).__name__} {error}"
        if not isinstance(error, MemoryError) and not re.search(_OUT_OF_MEMORY, description):
            raise
        raise ImageSizeError(
            f"the memory ran out on {what}; choose smaller tiles or reduce the image."
        ) from None
