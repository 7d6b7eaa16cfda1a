"""Keeping what C and C++ libraries print off the terminal. For apps: the process must be theirs."""

import contextlib
import faulthandler
import os
import sys
from pathlib import Path

_STDERR = 2


@contextlib.contextmanager
def quiet_native_code():
    """Leaves standard error to Python: what C code writes to the file descriptor is lost.

    TensorFlow, libtiff and others log there what no Python setting reaches, and would bury
    the one line that matters. `sys.stderr` goes on to the terminal, and so do the tracebacks
    of crashes.
    """
    try:
        terminal = os.dup(_STDERR)
    except OSError:  # it was closed before this program began
        yield
        return
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), _STDERR)
    try:
        with _python_writes_to(terminal) if _is_standard(sys.stderr) else contextlib.nullcontext():
            yield
    finally:
        os.dup2(terminal, _STDERR)
        os.close(terminal)


@contextlib.contextmanager
def _python_writes_to(terminal):
    before = sys.stderr
    before.flush()
    stream = os.fdopen(
        os.dup(terminal), "w", buffering=1, encoding=before.encoding, errors="backslashreplace"
    )
    sys.stderr = stream
    crashes_were_told = faulthandler.is_enabled()
    faulthandler.enable(stream)
    try:
        yield
    finally:
        # Handlers of loggers may keep the stream, so it stays open.
        sys.stderr = before
        if crashes_were_told:
            faulthandler.enable(before)
        else:
            faulthandler.disable()


def _is_standard(stream):
    try:
        return stream.fileno() == _STDERR
    except (AttributeError, OSError, ValueError):  # none, not of a file, or closed
        return False
