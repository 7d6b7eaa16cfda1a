"""Weight files: writing and reading ours, and `importers` for those of the papers' authors.

`import_release` is loaded on first use: the file suffix is wanted where no framework is.
"""

from typing import Any

SUFFIX = ".weights.h5"


def __getattr__(name: str) -> Any:
    if name != "import_release":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tfdeblur.weights.importers import import_release

    return import_release
