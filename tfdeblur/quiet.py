"""Keeping what C and C++ libraries print on their own off the terminal."""

import contextlib
import os
import sys
from pathlib import Path


@contextlib.contextmanager
def quiet_libraries():
    """Sends standard error to nowhere, at the level of the file descriptor.

    Some libraries log there what no Python setting reaches, and would bury the one
    line that matters. Python exceptions pass as always.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
