"""Streams cut into groups of equals."""

from itertools import count, islice

import pytest

from tfdeblur.inference.equal_groups import equal_groups


@pytest.mark.parametrize(
    ("items", "size", "groups"),
    [
        ("", 3, []),
        ("aaaa", 3, ["aaa", "a"]),
        ("aabba", 3, ["aa", "bb", "a"]),
        ("abc", 1, ["a", "b", "c"]),
    ],
)
def test_consecutive_equals_go_together(items, size, groups):
    assert ["".join(group) for group in equal_groups(items, str, size)] == groups


def test_a_stream_without_end_is_taken_as_needed():
    assert list(islice(equal_groups(count(), lambda i: i // 2, 8), 2)) == [[0, 1], [2, 3]]
