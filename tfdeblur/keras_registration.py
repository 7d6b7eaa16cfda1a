"""Makes Keras know the classes of this package, so that it can load files that hold them.

They must be imported for that, and so must Keras, which takes seconds. Whoever imports it pays for
it anyway, so that is the moment.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence


def register_classes() -> None:
    """Registers them now if Keras has been imported, and else as soon as it is."""
    if "keras" in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _UntilKeras())


def _register() -> None:
    # Layers and losses come with the networks that are made of them.
    models = importlib.import_module("tfdeblur.models")
    for name in models.__all__:
        getattr(models, name)


class _UntilKeras(importlib.abc.MetaPathFinder):
    """Has the first import that brings Keras along followed by `_register`.

    That is one of Keras, or of a module of this package that imports it: networks cannot be
    imported before that one is whole, which they may be made of.
    """

    def __init__(self) -> None:
        self._is_within_import = False

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if self._is_within_import or fullname.split(".")[0] not in ("keras", "tfdeblur"):
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next(filter(None, found), None)
        if spec is not None and spec.loader is not None:
            self._follow(spec.loader)
        return spec

    def _follow(self, loader: importlib.abc.Loader) -> None:
        execute = loader.exec_module

        def exec_module(module: types.ModuleType) -> None:
            self._is_within_import = True
            try:
                execute(module)
            finally:
                self._is_within_import = False
            if "keras" in sys.modules and self in sys.meta_path:
                sys.meta_path.remove(self)
                _register()

        loader.exec_module = exec_module  # type: ignore[method-assign]
