"""Checks of paths that need no framework, so that a mistyped one is told at once."""

from tfdeblur.errors import InputError


def check_parent(path):
    """Raises InputError unless there is the folder in which `path` is to lie."""
    if not path.parent.is_dir():
        raise InputError(f"{path}: the directory {path.parent} does not exist; create it first.")
