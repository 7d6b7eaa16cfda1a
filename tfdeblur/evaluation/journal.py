"""What has been evaluated so far, so that an interrupted evaluation can go on.

A text file of JSON lines. The first says what is evaluated on what, and a journal
is gone on with only if that is the same; every other line holds one image. Lines
are appended whole, and a last line that a crash cut short is dropped.
"""

import json
import os
from pathlib import Path
from typing import Any

from tfdeblur.errors import InputError


class OtherEvaluationError(InputError):
    """A folder holds results of another evaluation; nothing was changed."""


class Journal:
    """Results of single images in a file, kept as they come.

    Args:
      path: the file; need not exist yet.
      identity: everything that results depend on, as JSON can hold it.
      overwrite: begin anew whatever is there.

    Raises:
      OtherEvaluationError: when the file is another evaluation's; what differs is named.
    """

    def __init__(
        self, path: str | os.PathLike, identity: dict[str, Any], overwrite: bool = False
    ) -> None:
        self.path = Path(path)
        found: dict[str, Any] = {}
        rows: list[dict[str, Any]] = []
        if not overwrite:
            found, rows = read_journal(self.path)
        if found and found != identity:
            raise OtherEvaluationError(
                f"{self.path.parent}: holds another evaluation, with "
                f"{_differences(found, identity)}; choose another output or overwrite it."
            )
        self._positions = {row["position"] for row in rows}
        if found:
            self._drop_cut_line()
        else:
            self.path.write_text(_line(identity), encoding="utf-8")

    def __len__(self) -> int:
        return len(self._positions)

    def __contains__(self, position: int) -> bool:
        return position in self._positions

    def append(self, row: dict[str, Any]) -> None:
        """Adds the results of one image: a JSON-like dict with its "position"."""
        self._positions.add(row["position"])
        with self.path.open("a", encoding="utf-8") as file:
            file.write(_line(row))

    def _drop_cut_line(self) -> None:
        with self.path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def read_journal(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(identity, rows) of a journal, which may be another process's at work.

    Both are empty where there is no file, or no whole line in it. A position that
    stands there twice, from two processes that did the same, counts once.

    Raises:
      InputError: when the file is no journal.
    """
    content = path.read_bytes() if path.exists() else b""
    whole, end, _ = content.rpartition(b"\n")
    if not end:
        return {}, []
    try:
        identity, *rows = map(json.loads, whole.decode().split("\n"))
        return dict(identity), list({row["position"]: row for row in rows}.values())
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            f"{path}: expected the journal of an evaluation; the file is something else or "
            "damaged. Choose another output or overwrite it."
        ) from None


def _differences(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """In words, what `found` has that is not `wanted`."""
    return ", ".join(
        f"{key} {found.get(key)!r} instead of {wanted.get(key)!r}"
        for key in sorted({*found, *wanted})
        if found.get(key) != wanted.get(key)
    )


def _line(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False) + "\n"
