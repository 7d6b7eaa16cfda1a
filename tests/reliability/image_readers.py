"""The ways besides `tfdeblur deblur` by which an image gets into the project, one file at a time.

Every function gives ("read", pixels) or ("refused", reason in words) and is called in a
child process.
"""

import shutil
import tempfile
from pathlib import Path

from tfdeblur.builders.content_check import check_pairs
from tfdeblur.builders.file_source import FolderSource
from tfdeblur.builders.pair_layout import PairFiles
from tfdeblur.data.decoding import decode_image
from tfdeblur.data.folder_pairs import folder_pairs
from tfdeblur.data.pipeline import evaluation_pairs
from tfdeblur.data.unreadable import READ_ERRORS
from tfdeblur.errors import InputError
from tfdeblur.synthesis.photographs import read_photograph


def as_folder_pair(path):
    """A folder dataset whose only pair is this image twice."""
    with tempfile.TemporaryDirectory() as folder:
        for side in ("blur", "sharp"):
            (Path(folder) / side).mkdir()
            shutil.copy(path, Path(folder) / side)
        try:
            [pair] = evaluation_pairs(folder_pairs(folder)).as_numpy_iterator()
        except InputError as error:
            return "refused", str(error)
        except READ_ERRORS as error:
            return "refused late", str(error)
        return "read", pair["blur"]


def as_builder_pair(path):
    """What the builders of published datasets check, then what their users decode."""
    path = Path(path)
    image_format = "png" if path.suffix == ".png" else "jpeg"
    pair = PairFiles("train", "a/b", path.name, path.name)
    try:
        check_pairs(FolderSource(path.parent), [pair], image_format)
    except InputError as error:
        return "refused", str(error)
    return "read", decode_image(path.read_bytes()).numpy()


def as_photograph(path):
    """A sharp photograph for the builder synthetic_blur."""
    try:
        return "read", read_photograph(path)
    except InputError as error:
        return "refused", str(error)
