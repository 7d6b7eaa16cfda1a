"""Keeping what C and C++ libraries print on their own off the terminal."""

import contextlib
import os
import sys
import threading
from pathlib import Path

_STDERR = 2

# Standard error belongs to the whole process: the first who wants quiet turns it off, the
# last turns it on again, or a thread would take silence for what was there before.
_lock = threading.Lock()
_num_quiet = 0
_terminal: int | None = None


@contextlib.contextmanager
def quiet_libraries():
    """Sends standard error to nowhere, at the level of the file descriptor.

    Some libraries log there what no Python setting reaches, and would bury the one
    line that matters. Python exceptions pass as always. Threads may overlap in it.
    """
    _turn_off()
    try:
        yield
    finally:
        _turn_on()


def _turn_off():
    global _num_quiet, _terminal
    with _lock:
        if _num_quiet == 0:
            if sys.stderr is not None:
                sys.stderr.flush()
            try:
                _terminal = os.dup(_STDERR)
            except OSError:  # it was closed before this program began
                _terminal = None
        if _num_quiet == 0 and _terminal is not None:
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), _STDERR)
        _num_quiet += 1


def _turn_on():
    global _num_quiet
    with _lock:
        _num_quiet -= 1
        if _num_quiet == 0 and _terminal is not None:
            os.dup2(_terminal, _STDERR)
            os.close(_terminal)
