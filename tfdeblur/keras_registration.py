"""Makes Keras know the classes of this package, so that it can load files that hold them.

They must be imported for that, and so must Keras, which takes seconds. Whoever imports it pays for
it anyway, so that is the moment.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence


def register_classes() -> None:
    """Registers them now if Keras has been imported, and else as soon as it is."""
    if "keras" in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _AfterKeras())


def _register() -> None:
    # All layers and losses are those of networks, whose modules import them.
    importlib.import_module("tfdeblur.models")


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Finds Keras where it is, once, and has it followed by `_register`."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = _followed_by_registration(spec.loader.exec_module)
        return spec


def _followed_by_registration(execute):
    def exec_module(module: types.ModuleType) -> None:
        execute(module)
        _register()

    return exec_module
