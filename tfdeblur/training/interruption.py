"""Machines that are taken away say so with SIGTERM; a run then saves and ends."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def interruptible(progress):
    """Sets `progress.interrupted` when the process gets SIGTERM, and what was there after."""
    if threading.current_thread() is not threading.main_thread():
        # Signals can only be caught in the main thread.
        yield
        return

    def ask(*_):
        progress.interrupted = True

    before = signal.signal(signal.SIGTERM, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
