"""Every image is read once, whole, before a dataset is written."""

import concurrent.futures
import hashlib
import io
import zipfile
import zlib

import tensorflow as tf
from tensorflow_datasets.core.utils import tqdm_utils

from tfdeblur.builders.problems import Problem, refuse
from tfdeblur.data.decoding import decode_image
from tfdeblur.errors import InputError
from tfdeblur.images.opening import check_scans, open_image
from tfdeblur.images.reader import header_of, not_a_single_upright_image

_NUM_THREADS = 8
_END_MARKERS = {"png": b"\0\0\0\0IEND\xaeB`\x82", "jpeg": b"\xff\xd9"}


def check_pairs(source, pairs, image_format):
    """Reads all images and refuses those that are damaged or differ in size.

    Args:
      source: a `FileSource`.
      pairs: list of `PairFiles`.
      image_format: "png" or "jpeg".

    Returns:
      {path: SHA-256 as a hexadecimal string}.

    Raises:
      InputError: names the first ten files that are empty, truncated, damaged,
        of another format, or not of the size of their partner.
    """
    checksums, problems = {}, []

    def check(pair):
        return [_check_image(source, path, image_format) for path in (pair.blur, pair.sharp)]

    with concurrent.futures.ThreadPoolExecutor(_NUM_THREADS) as pool:
        results = tqdm_utils.tqdm(
            pool.map(check, pairs), desc="Checking", total=len(pairs), unit="pair", disable=None
        )
        for pair, (blur, sharp) in zip(pairs, results, strict=True):
            broken = [result for result in (blur, sharp) if isinstance(result, Problem)]
            problems += broken
            if broken:
                continue
            (size, checksums[pair.blur]), (other_size, checksums[pair.sharp]) = blur, sharp
            if size != other_size:
                reason = f"{_in_words(size)}, its partner {pair.sharp} is {_in_words(other_size)}"
                problems.append(Problem(pair.blur, reason))
    refuse(source, problems, f"whole {image_format.upper()} files, both of a pair of one size")
    return checksums


def _in_words(size):
    return "{}x{}".format(*size)


def _check_image(source, path, image_format):
    try:
        data = source.read(path)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        return Problem(path, f"damaged in the archive ({error})")
    if not data:
        return Problem(path, "empty (0 bytes)")
    try:
        with open_image(io.BytesIO(data), [image_format.upper()]) as image:
            size = image.size
            reason = not_a_single_upright_image(header_of(image))
            check_scans(data)
            image.verify()  # of PNG every chunk with its checksum, of JPEG nothing
    except InputError as error:
        return Problem(path, str(error))
    except Exception as error:  # Pillow fails on damaged files in more ways than it documents
        reason = str(error) if "BytesIO" not in str(error) else "its header is not of that format"
        return Problem(path, f"truncated, damaged or no {image_format.upper()} ({reason})")
    if reason:
        return Problem(path, reason)
    if not data.rstrip(b"\0").endswith(_END_MARKERS[image_format]):
        return Problem(path, "truncated (no end marker)")
    try:
        decode_image(data)  # as those who train from the dataset will
    except tf.errors.InvalidArgumentError:
        return Problem(path, "damaged: its header is sound, but its pixels cannot be decoded")
    return size, hashlib.sha256(data).hexdigest()
