"""Where the configuration files are."""

from pathlib import Path

from tfdeblur.errors import InputError, nearest_first


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
    for path in (Path(file).expanduser(), config_dir() / file):
        # Not a pipe or a device, which would never end.
        if path.is_file():
            return path
    if str(file).removeprefix(f"{config_dir()}/").startswith("models/"):
        raise InputError(
            f"Received the gin file {file}; networks are no longer files: expected the binding "
            f"\"MODEL = '{Path(file).stem}'\"."
        )
    names = [path.relative_to(config_dir()).as_posix() for path in config_dir().rglob("[!_]*.gin")]
    raise InputError(
        f"Received the gin file {file}; expected a file, or one of the packaged ones: "
        f"{nearest_names('of them', str(file), names)}"
    )


def nearest_names(kind, name, known):
    """Words that list the known names of a kind that are most like `name`."""
    nearest = nearest_first(name, set(known))[:3]
    return f"the nearest {kind} are {', '.join(nearest)}." if nearest else f"it knows no {kind}."
