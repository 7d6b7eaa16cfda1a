"""Where the runtimes of ONNX files get their files from.

A finished file runs without TensorFlow being imported: nothing here needs it at the top.
"""

import abc
import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tfdeblur.errors import InputError
from tfdeblur.inference.runtimes.runtime import Runtime, checked_depth

if TYPE_CHECKING:
    from tfdeblur.models import DeblurringModel


class OnnxFileRuntime(Runtime):
    """Base of the runtimes that execute an ONNX file, given or exported on the spot.

    What they execute is a copy: weights of a Keras model that change later are not seen.

    Args:
      source: path of a file that `tfdeblur.exporting.onnx.export_onnx` wrote with the
        input type "float", or a built `tfdeblur.models.DeblurringModel` in float32, on
        the TensorFlow backend.
      depth: for stacks, how many units to run; None is all. A file has the depth it was
        exported with.

    Raises:
      InputError: for a source or depth that cannot be used, and when the extra that
        installs the engine is not.
    """

    def __init__(
        self, source: "str | os.PathLike | DeblurringModel", depth: int | None = None
    ) -> None:
        self._check_installed()
        self._arguments = (source, depth)
        if not isinstance(source, str | os.PathLike):
            self.model = source
            self.num_units = source.num_units
            self.depth = checked_depth(source, depth)
        with _file_of(source, depth) as path:
            self._load(path)

    def __reduce__(self) -> tuple:
        # Engines cannot be pickled.
        return type(self), self._arguments

    @abc.abstractmethod
    def _check_installed(self) -> None:
        """Raises InputError when the engine cannot be imported."""

    @abc.abstractmethod
    def _load(self, path: Path) -> None:
        """Reads the file, which may be gone afterwards."""


@contextlib.contextmanager
def _file_of(source: "str | os.PathLike | DeblurringModel", depth: int | None) -> Iterator[Path]:
    """Path of the ONNX file of `source`, there as long as the context lasts."""
    if isinstance(source, str | os.PathLike):
        yield _checked_path(source, depth)
        return
    if source.compute_dtype != "float32":
        raise InputError(
            f"Received a network that computes in {source.compute_dtype}; expected float32, in "
            "which networks are exported. Lower precision is for the engine keras."
        )
    from tfdeblur.exporting.onnx import export_onnx

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        export_onnx(source, path, depth)
        yield path


def _checked_path(given: str | os.PathLike, depth: int | None) -> Path:
    path = Path(given)
    if depth is not None:
        raise InputError(
            f"Received depth {depth} for {path}; expected none, for an exported network has the "
            "depth it was exported with."
        )
    if not path.is_file():
        raise InputError(f"Received {path}, which is no file; expected an ONNX file.")
    return path


def check_input_type(path: Path, found: list[str], expected: str) -> None:
    """Raises InputError unless the inputs of the file are of the types `expected`.

    Args:
      path: of the file.
      found: the types of its inputs, as the engine calls them.
      expected: the one of a float file, in the same words.
    """
    if found != [expected]:
        raise InputError(
            f"Received {path}, which takes {' and '.join(found) or 'nothing'}; expected one "
            f"{expected}. Export the network with the input type float."
        )


@contextlib.contextmanager
def reading(path: Path, engine: str) -> Iterator[None]:
    """Turns what `engine` raises when it cannot read a file into an InputError."""
    try:
        yield
    except Exception as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise InputError(
            f"Received {path}, which {engine} cannot read: {reason}. Export it again."
        ) from None
