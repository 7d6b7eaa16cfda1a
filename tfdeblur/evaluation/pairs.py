"""Reading the pairs of an evaluation, whole and in order."""

from collections.abc import Iterator
from typing import Any

from tfdeblur.data import PairSource, evaluation_pairs
from tfdeblur.data.unreadable import READ_ERRORS, first_unreadable
from tfdeblur.errors import InputError


def evenly_spread(source: PairSource, num_pairs: int | None = None) -> list[int]:
    """Positions of so many pairs of a source, ascending; None or too many is all."""
    if num_pairs is None or num_pairs >= source.num_pairs:
        return list(range(source.num_pairs))
    if num_pairs < 1:
        raise InputError(f"Received {num_pairs} images to evaluate; expected at least 1.")
    return sorted({int(i * source.num_pairs / num_pairs) for i in range(num_pairs)})


def read_pairs(source: PairSource, positions: list[int]) -> Iterator[dict[str, Any]]:
    """The pairs at `positions`, ascending, with their names as text.

    Raises:
      InputError: while iterating, for a pair that cannot be read.
    """
    done = 0
    try:
        for pair in evaluation_pairs(source.select(positions)).as_numpy_iterator():
            name = pair["name"].decode() or f"{positions[done]:06d}"
            yield {**pair, "name": name}
            done += 1
    except READ_ERRORS as error:
        number = positions[done]
        found = first_unreadable(source.select([number]))
        reason = f"{found.pair}: {found.reason}" if found else error.message.splitlines()[0]
        raise InputError(f"{source.name}: pair number {number} cannot be read: {reason}") from None
