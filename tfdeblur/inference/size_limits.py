"""Which image sizes can be restored in one piece on this machine."""

import contextlib
import re
from collections.abc import Iterator

from tfdeblur.errors import InputError
from tfdeblur.system.memory import available_memory

# Reflection, which the networks pad with, has nothing to mirror in a single line.
MIN_SIDE = 2

# Beyond this an image is a panorama or a scan, which is cut into tiles.
MAX_SIDE = 16_384

# TensorFlow and JAX have exceptions of their own for this, known by their names.
_OUT_OF_MEMORY = "ResourceExhausted|RESOURCE_EXHAUSTED"


class ImageSizeError(InputError):
    """An image is too small to restore, or too large to restore in one piece."""


def check_size(height: int, width: int, bytes_per_pixel: float, count: int = 1) -> None:
    """Raises ImageSizeError unless `count` images of this size can be restored in one piece.

    Args:
      height, width: in pixels.
      bytes_per_pixel: peak working memory of what restores them.
      count: images at a time.
    """
    if min(height, width) < MIN_SIDE:
        raise ImageSizeError(
            f"received {width}x{height} pixels; expected at least {MIN_SIDE} rows and columns."
        )
    needed, available = count * height * width * bytes_per_pixel, available_memory()
    if max(height, width) > MAX_SIDE or needed > available:
        at_a_time = "" if count == 1 else f", {count} images at a time"
        raise ImageSizeError(
            f"received {width}x{height} pixels{at_a_time}, which take about {needed / 1e9:.1f} GB "
            f"of memory in one piece; expected sides of at most {MAX_SIDE} pixels and at most "
            f"{available / 1e9:.1f} GB, which are free. Choose tiles, or smaller ones, or reduce "
            "the image."
        )


@contextlib.contextmanager
def memory_errors_in_words(what: str) -> Iterator[None]:
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
