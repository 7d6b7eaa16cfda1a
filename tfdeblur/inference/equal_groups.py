"""Putting together what an engine can run together."""


def equal_groups(items, key, size):
    """Lists of up to `size` consecutive items with equal keys, in order.

    At most one group is held, so that the items may be a stream.

    Args:
      items: an iterable.
      key: from an item to something comparable, e.g. an image's shape.
      size: most items of a list, at least 1.
    """
    group: list = []
    for item in items:
        if group and (len(group) == size or key(item) != key(group[0])):
            yield group
            group = []
        group.append(item)
    if group:
        yield group
