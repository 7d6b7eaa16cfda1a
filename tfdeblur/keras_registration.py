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
    # Layers and losses are imported by the networks that are made of them. While one of their
    # packages is itself being imported, it must have got no further than `import keras`, and the
    # networks must import from its modules, not from the package.
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
            execute = spec.loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                execute(module)
                _register()

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
