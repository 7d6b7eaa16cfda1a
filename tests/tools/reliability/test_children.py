"""What happens in a child is told, whatever happens to the child."""

import os
import time

from tools.reliability.children import in_child


def act(item):
    """In the child: does as it is told."""
    if item == "crash":
        os._exit(3)
    if item == "hang":
        time.sleep(60)
    if item == "raise":
        raise KeyError(item)
    return item * 2


def test_the_others_are_done_after_one_that_ended_its_child():
    outcomes = list(in_child(act, [1, "crash", 2, "raise", 3], hung_after_s=30))
    assert [outcome.result for outcome in outcomes] == [2, None, 4, None, 6]
    assert [outcome.problem for outcome in outcomes] == [
        None,
        "crashed",
        None,
        "KeyError: 'raise'",
        None,
    ]


def test_one_that_hangs_is_given_up():
    first, second = in_child(act, ["hang", 4], hung_after_s=0.5)
    assert (first.problem, second.result) == ("hung", 8)
    assert first.seconds < 10
