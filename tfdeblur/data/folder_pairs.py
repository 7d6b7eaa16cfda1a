"""Pairs from folders: an image and its partner have the same file name."""

import hashlib
from pathlib import Path

import tensorflow as tf

from tfdeblur.data.pair_source import PairSource
from tfdeblur.errors import InputError, first_named
from tfdeblur.images.reader import not_a_single_upright_image, read_header

# What TensorFlow decodes, by name and by content.
SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png")
_FORMATS = ("BMP", "JPEG", "PNG")

# Names of the two sides under one root, as they are met in the field.
SIDES = (("input", "target"), ("blur", "sharp"), ("input", "gt"), ("input", "GT"))


def folder_pairs(root=None, blur_dir=None, sharp_dir=None):
    """The pairs in two folders, at any depth, in the order of their paths.

    Args:
      root: folder with the two sides as `input/` and `target/` or another pair of
        names in `SIDES`.
      blur_dir, sharp_dir: the two folders themselves, in place of `root`.

    Returns:
      A `PairSource`. Names are paths within the folders, without suffix.

    Raises:
      InputError: when a folder is missing or empty, or some pairs are unusable:
        no partner, different sizes, no image, empty, truncated, larger than
        `tfdeblur.images.opening.max_pixels`, or not shown by TensorFlow's decoder as
        by others (turned by EXIF, animated). The first ten files are named.
    """
    if root is not None:
        blur_dir, sharp_dir = _sides(Path(root))
    if blur_dir is None or sharp_dir is None:
        raise InputError("Received one folder of a pair; expected root, or blur_dir and sharp_dir.")
    blurred, sharp = _images(Path(blur_dir)), _images(Path(sharp_dir))
    _refuse(
        [f"{path}: no partner of this name in {sharp_dir}" for path in _lone(blurred, sharp)]
        + [f"{path}: no partner of this name in {blur_dir}" for path in _lone(sharp, blurred)]
    )
    names = sorted(blurred)
    _refuse([problem for name in names for problem in _unusable(blurred[name], sharp[name])])
    records = tf.data.Dataset.from_tensor_slices(
        {
            "blur": [str(blurred[name]) for name in names],
            "sharp": [str(sharp[name]) for name in names],
            "name": names,
        }
    )
    return PairSource(
        name=str(root or blur_dir),
        num_pairs=len(names),
        records=records,
        load=_read_files,
        shuffle_buffer=len(names),
        fingerprint=_fingerprint(names, blurred, sharp),
    )


def _sides(root):
    for blurred, sharp in SIDES:
        if (root / blurred).is_dir() and (root / sharp).is_dir():
            return root / blurred, root / sharp
    expected = " or ".join(f"{blurred}/ and {sharp}/" for blurred, sharp in SIDES)
    raise InputError(f"{root}: expected a folder that holds {expected}.")


def _images(folder):
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder of images; there is no such folder.")
    found: dict[str, Path] = {}
    problems = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            if not _is_text(path.name):
                problems.append(f"{path.parent}/{path.name!r}: its name is no UTF-8; rename it")
                continue
            earlier = found.setdefault(path.relative_to(folder).with_suffix("").as_posix(), path)
            if earlier is not path:
                problems.append(f"{path}: has the name of {earlier}")
    _refuse(problems)
    if not found:
        raise InputError(
            f"{folder}: holds no images; expected files ending in {', '.join(SUFFIXES)}."
        )
    return found


def _is_text(name):
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that Python carries along in names
        return False
    return True


def _lone(ones, others):
    return [ones[name] for name in sorted(ones.keys() - others.keys())]


def _unusable(blurred, sharp):
    sizes = []
    for path in (blurred, sharp):
        try:
            header = read_header(path)
        except InputError as error:
            return [str(error)]
        if reason := _not_decoded_as_shown(header):
            return [f"{path}: {reason}"]
        if not _is_complete(path):
            return [f"{path}: the file is truncated"]
        sizes.append((header.height, header.width))
    if sizes[0] != sizes[1]:
        (h, w), (sharp_h, sharp_w) = sizes
        return [f"{blurred}: is {w}x{h} pixels, its partner {sharp} {sharp_w}x{sharp_h}"]
    return []


def _not_decoded_as_shown(header):
    """Why TensorFlow would read something else than what viewers show, or None."""
    if header.format not in _FORMATS:
        return f"is {header.format} in spite of its name; expected PNG, JPEG or BMP"
    if header.format == "BMP" and header.has_palette:
        return "is a BMP with a table of colours; expected 24 bits per pixel, or PNG"
    return not_a_single_upright_image(header)


def _is_complete(path):
    """Whether a PNG or JPEG has its end marker; formats without one pass."""
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(-min(path.stat().st_size, 64), 2)
        tail = file.read()
    if head == b"\x89PNG":
        return b"IEND" in tail
    return b"\xff\xd9" in tail if head[:2] == b"\xff\xd8" else True


def _fingerprint(names, *sides):
    """Of the names, sizes and times of all files: their content is not read."""
    digest = hashlib.sha256()
    for name in names:
        for status in (side[name].stat() for side in sides):
            digest.update(f"{name}\0{status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _refuse(problems):
    if problems:
        raise InputError(
            f"{first_named(problems)}\nReceived {len(problems)} files that make no pairs; mend or "
            "remove them."
        )


def _read_files(record):
    return {
        "blur": tf.io.read_file(record["blur"]),
        "sharp": tf.io.read_file(record["sharp"]),
        "name": record["name"],
    }
