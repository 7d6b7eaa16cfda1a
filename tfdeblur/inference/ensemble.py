"""Geometric self-ensemble: the mean over turned and mirrored copies of an image.

A network's errors differ from copy to copy and partly cancel in the mean, for as many times
the cost as there are copies. The "+" of a "+" row in tables of restoration papers,
such as "Ours+" in Table 3 of [Gao19], usually stands for it.
"""

from typing import Any

from keras import ops

from tfdeblur.choices import ENSEMBLES
from tfdeblur.errors import InputError
from tfdeblur.inference.runtimes.runtime import Runtime, RuntimeAround

# The axes to mirror, of (batch, rows, columns, channels), and whether to swap rows and columns.
_Copy = tuple[tuple[int, ...], bool]
_MIRRORED: list[_Copy] = [((), False), ((2,), False), ((1,), False), ((1, 2), False)]
_TURNED: list[_Copy] = [(axes, True) for axes, _ in _MIRRORED]
_COPIES = {1: _MIRRORED[:1], 2: _MIRRORED[:2], 4: _MIRRORED, 8: _MIRRORED + _TURNED}


class SelfEnsemble(RuntimeAround):
    """Another runtime, applied to copies of each image one after the other.

    Args:
      runtime: what to apply.
      num_copies: 1; 2: also mirrored left to right; 4: also upside down and both; 8: all
        those turned by a quarter as well.

    Raises:
      InputError: for another number.
    """

    def __init__(self, runtime: Runtime, num_copies: int = 8) -> None:
        if num_copies not in ENSEMBLES:
            raise InputError(
                f"Received ensemble {num_copies!r}; expected one of "
                f"{', '.join(map(str, ENSEMBLES))}."
            )
        super().__init__(runtime)
        self._copies = _COPIES[num_copies]

    def __call__(self, batch: Any) -> Any:
        if len(self._copies) == 1:
            return self._runtime(batch)
        batch = ops.convert_to_tensor(batch)
        # Added one by one, so that not all copies are in memory.
        total = ops.zeros_like(batch)
        for copy in self._copies:
            restored = ops.convert_to_tensor(self._runtime(_done(batch, copy)))
            total = total + _undone(restored, copy)
        return total / len(self._copies)


def _done(batch: Any, copy: _Copy) -> Any:
    mirrored_axes, turn = copy
    batch = ops.flip(batch, mirrored_axes) if mirrored_axes else batch
    return ops.transpose(batch, (0, 2, 1, 3)) if turn else batch


def _undone(batch: Any, copy: _Copy) -> Any:
    mirrored_axes, turn = copy
    batch = ops.transpose(batch, (0, 2, 1, 3)) if turn else batch
    return ops.flip(batch, mirrored_axes) if mirrored_axes else batch
