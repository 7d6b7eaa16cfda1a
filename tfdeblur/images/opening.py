"""Opening an image file: its header, judged before anything is decoded.

A file of a few kilobytes may declare a picture that fills the memory when it is
decoded. So there is a limit to what is believed, as in Pillow and OpenCV.
"""

import contextlib
import os
import threading
import warnings

from PIL import Image

from tfdeblur.errors import InputError

# A photograph of 200 megapixels, the most that cameras in telephones take.
DEFAULT_MAX_PIXELS = 200_000_000

# The setting that overrides it. Workers of Beam and tf.data take it from their environment too.
LIMIT_VARIABLE = "TFDEBLUR_MAX_PIXELS"

# A progressive JPEG has about ten scans; each takes as long as all of it.
MAX_SCANS = 100

# Pillow's own limit is one variable for the whole process.
_pillow_limit = threading.Lock()


def max_pixels():
    """Most pixels (height * width) that a file may declare.

    `DEFAULT_MAX_PIXELS`, or what the environment variable `TFDEBLUR_MAX_PIXELS` says.

    Raises:
      InputError: when that is no positive whole number.
    """
    text = os.environ.get(LIMIT_VARIABLE, "").strip()
    if not text:
        return DEFAULT_MAX_PIXELS
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise InputError(
            f"Received {LIMIT_VARIABLE}={text!r} in the environment; expected the most pixels an "
            f"image may have, such as {DEFAULT_MAX_PIXELS}."
        )
    return int(text)


def check_pixels(height, width):
    """Raises InputError when an image of this size is beyond `max_pixels`."""
    limit = max_pixels()
    if height * width > limit:
        raise InputError(
            f"declares {width}x{height} pixels; expected at most {limit / 1e6:g} million. If you "
            f"trust the file, set {LIMIT_VARIABLE}={height * width} in the environment."
        )


def check_scans(data):
    """Raises InputError for the bytes of a JPEG that is decoded again and again."""
    num_scans = data.count(b"\xff\xda") if data.startswith(b"\xff\xd8") else 0
    if num_scans > MAX_SCANS:
        raise InputError(
            f"is a JPEG of {num_scans} scans; expected at most {MAX_SCANS}. Save it again."
        )


def open_image(file, formats):
    """The Pillow image of `file` (a path or binary file), with nothing but its header read.

    Args:
      formats: names of Pillow's formats that are tried.

    Raises:
      InputError: when it declares more than `max_pixels`.
      Exception: of many kinds, Pillow's, when it is no image of these formats.
    """
    with quiet_pillow(), _no_pillow_limit():
        image = Image.open(file, formats=formats)
    try:
        check_pixels(image.height, image.width)
    except InputError:
        image.close()
        raise
    return image


@contextlib.contextmanager
def quiet_pillow():
    """Pillow warns of damaged EXIF and the like; what matters of it is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


@contextlib.contextmanager
def _no_pillow_limit():
    with _pillow_limit:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit
