"""Paths of weight files, judged before a framework is imported."""

from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.system.paths import check_parent
from tfdeblur.weights import SUFFIX


def check_weights_path(path):
    """Raises InputError unless a weight file can be written to `path`."""
    _check_name(Path(path))
    check_parent(Path(path))


def check_weights_exist(path):
    """Raises InputError unless `path` is a file with the name of a weight file."""
    path = Path(path)
    _check_name(path)
    if not path.is_file():
        raise InputError(f"{path}: no such weight file; make one with `tfdeblur convert`.")


def _check_name(path):
    if path.is_dir():
        raise InputError(f"{path}: expected a weight file; this is a directory.")
    if not path.name.endswith(SUFFIX):
        raise InputError(f"Received the weight file name {path}; expected one ending in {SUFFIX}.")
