"""Work done in a child process, because it may crash, hang or take memory."""

import contextlib
import dataclasses
import multiprocessing
import os
import threading
import time

import psutil

# To import TensorFlow takes seconds, on a busy machine minutes.
_STARTUP_S = 600

_LOOK_EVERY_S = 0.02

# For a child that is done to leave by itself.
_PATIENCE_S = 5
_END = "end"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one item.

    Attributes:
      item: what was worked on.
      result: what the function returned, or None.
      problem: None, or what went wrong: "crashed", "hung", or an exception in words.
      seconds: how long it took.
    """

    item: object
    result: object
    problem: str | None
    seconds: float


def in_child(function, items, hung_after_s=30):
    """Yields the `Outcome` of `function(item)` for every item, in order.

    A child that crashes or hangs is replaced by a new one for the items after.

    Args:
      function: a module's function; it and its results can be pickled.
      items: things that can be pickled.
      hung_after_s: seconds after which an item counts as hung.
    """
    items, child = list(items), None
    for item in items:
        child = child or _Child(function)
        start = time.monotonic()
        status, value = child.do(item, hung_after_s)
        seconds = time.monotonic() - start
        problem = None if status == "done" else status if value is None else value
        yield Outcome(item, value if status == "done" else None, problem, seconds)
        if status in ("crashed", "hung"):
            child.kill()
            child = None
    if child:
        child.end()


class _Child:
    def __init__(self, function):
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(function, theirs), daemon=True)
        self._process.start()
        theirs.close()
        if not self._connection.poll(_STARTUP_S):
            raise TimeoutError(f"a child for {function} did not start")
        self._connection.recv()

    def do(self, item, timeout_s):
        self._connection.send(item)
        try:
            if not self._connection.poll(timeout_s):
                return "hung", None
            return self._connection.recv()
        except (EOFError, ConnectionError):
            return "crashed", None

    def end(self):
        with contextlib.suppress(OSError):
            self._connection.send(_END)
        self._process.join(_PATIENCE_S)
        self.kill()

    def kill(self):
        self._process.kill()
        self._process.join()
        self._connection.close()


def _serve(function, connection):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    connection.send("ready")
    for item in iter(connection.recv, _END):
        try:
            answer = ("done", function(item))
        except Exception as error:  # told to the parent, whose business it is
            answer = ("raised", f"{type(error).__name__}: {str(error)[:300]}")
        connection.send(answer)


class PeakMemory:
    """Context in which the largest memory of a process and its children is watched.

    Attributes:
      peak_mb: megabytes resident, once left.
    """

    def __init__(self, pid):
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak_mb = 0.0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join()

    def _watch(self):
        while not self._stopped.wait(_LOOK_EVERY_S):
            self.peak_mb = max(self.peak_mb, resident_mb(self._process))


def resident_mb(process):
    """Megabytes that a `psutil.Process` and its children hold."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.NoSuchProcess:  # just ended
        pass
    return total / 1e6
