"""Where the configuration files are."""

import functools
from pathlib import Path

from tfdeblur.config.parsing import nearest_names
from tfdeblur.errors import InputError


def config_dir():
    """The folder of the packaged configurations, in a checkout and when installed."""
    package = Path(__file__).parent.parent
    installed = package / "gin"
    return installed if installed.is_dir() else package.parent / "gin"


def find_file(file):
    """The path of a gin file that is named by its path or by that below `config_dir()`.

    Raises:
      InputError: for one that is nowhere; the packaged ones nearest to it are listed.
    """
    for path in (Path(file), config_dir() / file):
        if path.is_file():
            # Gin would look for a relative path in the packaged folder only.
            return path.resolve()
    names = [name for name in _run_file_names() if not Path(name).name.startswith("_")]
    raise InputError(
        f"Received the gin file {file}; expected a file, or one of the packaged ones: "
        f"{nearest_names('of them', str(file), names)}"
    )


@functools.lru_cache(maxsize=1)
def _run_file_names():
    root = config_dir()
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*.gin"))
