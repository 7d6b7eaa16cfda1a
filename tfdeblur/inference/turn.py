"""Who may use a network now."""

import os
import threading
from types import TracebackType

from tfdeblur.errors import InputError


class Turn:
    """A lock of one process: the context of whoever uses a network.

    Copies in the same process share it, as they share the network. Pickled, to another process,
    it becomes a new one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = os.getpid()

    def check_process(self) -> None:
        """Raises InputError in a process that was forked, which has none of the threads."""
        if os.getpid() != self._process:
            raise InputError(
                "Received a Deblurrer in a forked process, where its network would wait forever "
                "for threads that were not forked; expected a new process: choose the start "
                'method "spawn", as multiprocessing.get_context("spawn").'
            )

    def __enter__(self) -> None:
        self.check_process()
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()

    def __reduce__(self) -> tuple:
        return Turn, ()
