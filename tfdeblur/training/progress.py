"""Where a run stands, and whether it was asked to stop.

Machines that are taken away say so with SIGTERM; a run then saves and ends.
"""

import contextlib
import dataclasses
import signal
import threading


@dataclasses.dataclass
class Progress:
    """Where a run stands, shared by its callbacks.

    Attributes:
      step: steps done in all, those before an interruption included.
      total_steps: of the whole run.
      interrupted: whether the run was asked to stop before its end.
      epoch_is_cut: whether the present epoch ends early for that.
    """

    step: int
    total_steps: int
    interrupted: bool = False
    epoch_is_cut: bool = False


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
