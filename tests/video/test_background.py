"""Threads ahead and behind: order, bounds, and errors that end everything."""

import itertools
import threading

import pytest

from tfdeblur.video.background import ahead, behind


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    before = threading.active_count()
    yield
    assert threading.active_count() == before


def test_items_arrive_in_order_and_from_another_thread():
    threads = set()

    def numbers():
        for number in range(50):
            threads.add(threading.current_thread())
            yield number

    with ahead(numbers(), depth=3) as items:
        assert list(items) == list(range(50))
    assert threading.current_thread() not in threads


def test_the_thread_ahead_is_never_more_than_its_depth_ahead():
    num_made = 0

    def numbers():
        nonlocal num_made
        for number in range(100):
            num_made += 1
            yield number

    with ahead(numbers(), depth=3) as items:
        for num_taken, _ in enumerate(items, start=1):
            # Three wait in the queue, and one in the hand of the thread.
            assert num_made <= num_taken + 3 + 1


def test_an_error_ahead_arrives_after_what_was_made_before():
    def numbers():
        yield 1
        raise KeyError("broken")

    taken = []
    with pytest.raises(KeyError, match="broken"), ahead(numbers(), depth=3) as items:
        taken.extend(items)
    assert taken == [1]


def test_leaving_early_closes_the_generator():
    closed = threading.Event()

    def numbers():
        try:
            yield from itertools.count()
        finally:
            closed.set()

    with ahead(numbers(), depth=2) as items:
        assert next(items) == 0
    assert closed.is_set()


def test_all_that_was_put_is_consumed_when_the_block_ends():
    consumed = []
    with behind(consumed.extend, depth=2) as put:
        for number in range(50):
            put(number)
    assert consumed == list(range(50))


def test_an_error_behind_is_raised_by_put_or_at_the_end_and_nobody_waits():
    def broken(items):
        next(items)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), behind(broken, depth=1) as put:
        for number in range(1000):
            put(number)
    with pytest.raises(OSError, match="disk full"), behind(broken, depth=1) as put:
        put(0)


def test_a_consumer_that_ends_early_does_not_stop_the_others():
    with behind(lambda items: next(items), depth=1) as put:
        for number in range(20):
            put(number)


def test_an_error_in_the_block_abandons_what_is_behind():
    seen = []

    def consume(items):
        try:
            for _ in items:
                pass
        except Exception as error:
            seen.append(type(error).__name__)
            raise

    with pytest.raises(ZeroDivisionError), behind(consume, depth=1) as put:
        put(1)
        raise ZeroDivisionError
    assert seen == ["AbandonedError"]
