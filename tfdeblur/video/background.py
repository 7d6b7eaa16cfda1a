"""Threads that work ahead of the main one and behind it, over bounded queues.

The network keeps the main thread; a decoder works ahead of it and an encoder behind, so that
their time hides in the network's. An error in any of them ends all of them and is raised in
the main thread, and nobody waits for a thread that is gone.
"""

import contextlib
import queue
import threading

_END = object()


class AbandonedError(Exception):
    """Raised in a thread behind whose main thread failed: what it was making is incomplete."""


@contextlib.contextmanager
def ahead(generator, depth):
    """Yields an iterator over `generator`, which runs in a thread, `depth` items ahead."""
    items: queue.Queue = queue.Queue(depth)
    is_left = threading.Event()

    def produce():
        error = None
        try:
            with contextlib.closing(generator):
                for item in generator:
                    items.put((item, None))
                    if is_left.is_set():
                        return
        except BaseException as raised:
            error = raised
        items.put((_END, error))

    thread = threading.Thread(target=produce, name="ahead", daemon=True)
    thread.start()
    try:
        yield _taken_from(items)
    finally:
        is_left.set()
        while thread.is_alive():  # it may wait for room in the queue
            with contextlib.suppress(queue.Empty):
                items.get(timeout=0.05)


@contextlib.contextmanager
def behind(consume, depth):
    """Yields a function `put(item)`; `consume(iterator)` gets the items in a thread.

    When the block ends, waits until all is consumed. `put` waits while `depth` items do.
    """
    items: queue.Queue = queue.Queue(depth)
    errors = []

    def run():
        given = _taken_from(items)
        try:
            consume(given)
        except BaseException as error:
            errors.append(error)
        with contextlib.suppress(AbandonedError):
            for _ in given:  # so that nobody waits for room in the queue
                pass

    def put(item):
        if errors:
            raise errors[0]
        items.put((item, None))

    thread = threading.Thread(target=run, name="behind", daemon=True)
    thread.start()
    try:
        yield put
    except BaseException:
        items.put((_END, AbandonedError()))
        thread.join()
        raise
    items.put((_END, None))
    thread.join()
    if errors:
        raise errors[0]


def _taken_from(items):
    while True:
        item, error = items.get()
        if error is not None:
            raise error
        if item is _END:
            return
        yield item
