"""Pairs from folders: files that are partners by their names."""

import hashlib
from pathlib import Path

import tensorflow as tf

from tfdeblur.data.pair_layouts import layout_of_root, layout_of_sides, refuse
from tfdeblur.data.pair_source import PairSource
from tfdeblur.errors import InputError
from tfdeblur.images.reader import not_a_single_upright_image, read_header
from tfdeblur.system.file_tree import files_in, passed_over_in_words

# What TensorFlow decodes, by content.
_FORMATS = ("BMP", "JPEG", "PNG")


def folder_pairs(root=None, blur_dir=None, sharp_dir=None):
    """The pairs in two folders, at any depth, in the order of their paths.

    Args:
      root: folder that holds both sides, in any layout of `tfdeblur.data.pair_layouts`.
      blur_dir, sharp_dir: two folders, in place of `root`.

    Returns:
      A `PairSource`. Names are paths within the folders, without suffix and without what
      only tells the sides apart; `layout` says what was recognized.

    Raises:
      InputError: when a folder is missing or empty, both are one, no layout is recognized,
        or some pairs are unusable: no partner, different sizes, no image, empty, truncated,
        larger than `tfdeblur.images.opening.max_pixels`, or not shown by TensorFlow's
        decoder as by others (turned by EXIF, animated). The first ten files are named.
    """
    if root is not None:
        layout = layout_of_root(Path(root))
    elif blur_dir is None or sharp_dir is None:
        raise InputError("Received one folder of a pair; expected root, or blur_dir and sharp_dir.")
    else:
        layout = layout_of_sides(Path(blur_dir), Path(sharp_dir))
    blurred, sharp = layout.blurred, layout.sharp
    lone = [f"{path}: no partner among the sharp images" for path in _lone(blurred, sharp)]
    if not layout.may_lack:
        lone += [f"{path}: no partner among the blurred images" for path in _lone(sharp, blurred)]
    refuse(lone)
    names = sorted(blurred)
    headers, problems = [], []
    for name in names:
        try:
            headers += _checked(blurred[name], sharp[name])
        except InputError as error:
            problems.append(str(error))
    refuse(problems)
    records = tf.data.Dataset.from_tensor_slices(
        {
            "blur": [str(blurred[name]) for name in names],
            "sharp": [str(sharp[name]) for name in names],
            "name": names,
        }
    )
    used = {images[name] for images in (blurred, sharp) for name in names}
    others = [path for folder in layout.searched for path in files_in(folder) if path not in used]
    rest = f"; {passed_over_in_words(others)}" if others else ""
    return PairSource(
        name=str(root or blur_dir),
        num_pairs=len(names),
        records=records,
        load=_read_files,
        shuffle_buffer=len(names),
        fingerprint=_fingerprint(names, blurred, sharp),
        dtype="uint16" if any(header.has_16_bits for header in headers) else "uint8",
        layout=layout.description + rest,
    )


def _lone(ones, others):
    return [ones[name] for name in sorted(ones.keys() - others.keys())]


def _checked(blurred, sharp):
    """The headers of both images of a pair, unless something is wrong with it."""
    headers = []
    for path in (blurred, sharp):
        header = read_header(path)
        if reason := _not_decoded_as_shown(header):
            raise InputError(f"{path}: {reason}")
        if not _is_complete(path):
            raise InputError(f"{path}: the file is truncated")
        headers.append(header)
    (w, h), (sharp_w, sharp_h) = ((header.width, header.height) for header in headers)
    if (w, h) != (sharp_w, sharp_h):
        raise InputError(f"{blurred}: is {w}x{h} pixels, its partner {sharp} {sharp_w}x{sharp_h}")
    if blurred.samefile(sharp):
        raise InputError(f"{blurred}: is the same file as its partner {sharp}")
    return headers


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


def _read_files(record):
    return {
        "blur": tf.io.read_file(record["blur"]),
        "sharp": tf.io.read_file(record["sharp"]),
        "name": record["name"],
    }
