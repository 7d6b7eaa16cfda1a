"""Opening an image file: its header, judged before anything is decoded.

A file of a few kilobytes may declare a picture that fills the memory when it is
decoded. So there is a limit to what is believed, as in Pillow and OpenCV.
"""

import contextlib
import importlib.util
import io
import os
import threading
import warnings

from PIL import Image, features

from tfdeblur.errors import InputError
from tfdeblur.images import png
from tfdeblur.system.extras import require_extra

# A photograph of 200 megapixels, the most that cameras in telephones take.
DEFAULT_MAX_PIXELS = 200_000_000

# The setting that overrides it. Workers of Beam and tf.data take it from their environment too.
LIMIT_VARIABLE = "TFDEBLUR_MAX_PIXELS"

# A progressive JPEG has about ten scans; each takes as long as all of it.
MAX_SCANS = 100

# Pillow can be built without the one; the other comes with an extra of this package.
READS_AVIF = features.check("avif")
READS_HEIC = importlib.util.find_spec("pillow_heif") is not None

# Both are files of boxes; the first says which kinds of picture there are.
_BRANDS_BYTES = 64
_AVIF_BRANDS = (b"avif", b"avis")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")

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
    """The Pillow image of the binary `file`, with nothing but its header read.

    Args:
      formats: names of Pillow's formats that are tried.

    Raises:
      InputError: when it declares more than `max_pixels`, or needs a library that is missing.
      Exception: of many kinds, Pillow's, when it is no image of these formats.
    """
    _prepare_for(file)
    try:
        image = _opened(file, formats)
    except Exception:
        slim = _png_without_large_text(file)
        if slim is None:
            raise
        image = _opened(slim, formats)
    try:
        check_pixels(image.height, image.width)
    except InputError:
        image.close()
        raise
    return image


def _prepare_for(file):
    """Makes Pillow able to open `file` if it is HEIC.

    Raises:
      InputError: when it is HEIC or AVIF and the library for it is missing.
    """
    head = file.read(_BRANDS_BYTES)
    file.seek(0)
    if head[4:8] != b"ftyp":
        return
    if any(brand in head for brand in _AVIF_BRANDS):
        if not READS_AVIF:
            raise InputError(
                "is AVIF, which this Pillow cannot read; install pillow 11.3 or later."
            )
    elif any(brand in head for brand in _HEIC_BRANDS):
        require_extra("heic", ["pillow_heif"], "HEIC")
        register_heic()


def register_heic():
    """Makes Pillow able to open and save HEIC."""
    import pillow_heif

    pillow_heif.register_heif_opener()


def _opened(file, formats):
    with quiet_pillow(), _no_pillow_limit():
        return Image.open(file, formats=formats)


def _png_without_large_text(file):
    """The PNG `file` without what Pillow refuses to hold, or None if that is not the trouble."""
    file.seek(0)
    if file.read(len(png.SIGNATURE)) != png.SIGNATURE:
        return None
    data = png.SIGNATURE + file.read()
    slim = png.without_large_text(data)
    return None if slim is data else io.BytesIO(slim)


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
