"""The weights that the authors of DMPHN released: fetched, checked, converted and kept in a cache.

The authors state no licence, so their files cannot be part of this project; whoever wants them
fetches them from the authors' own repository. Only the list of their sizes and SHA-256 is here.
Reading that list and looking into the cache imports no framework.
"""

import csv
import dataclasses
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tfdeblur.errors import InputError, nearest_first
from tfdeblur.weights import SUFFIX

REPOSITORY = "https://github.com/HongguangZhang/DMPHN-cvpr19-master"
COMMIT = "9fff261daca8beb0cbaaa0b64df4239b5a05dd17"

# Of the release, by preset.
_FOLDERS = {
    "dmphn_1_2_4": "checkpoints/DMPHN_1_2_4",
    "dmphn_1_2_4_8": "checkpoints/DMPHN_1_2_4_8",
    "stack2_dmphn": "checkpoints/SDNet2",
    "stack3_dmphn": "checkpoints/SDNet3",
    "stack4_dmphn": "checkpoints/SDNet4",
}

_RAW_FILES = f"https://raw.githubusercontent.com/HongguangZhang/DMPHN-cvpr19-master/{COMMIT}/"
_LIST = Path(__file__).parent / "dmphn_release_files.tsv"
# Between two packets: a server that says nothing for so long will not.
_TIMEOUT_SECONDS = 30


@dataclasses.dataclass(frozen=True)
class ReleaseFile:
    """A file of the release: its path there, its size and its SHA-256 in hexadecimal."""

    path: str
    num_bytes: int
    sha256: str


def downloadable_networks() -> list[str]:
    """Returns the presets whose weights `download_weights` can fetch."""
    return list(_FOLDERS)


def cache_folder() -> Path:
    """Returns the user's cache folder for weights, by TFDEBLUR_CACHE or the system's convention."""
    import platformdirs

    named = os.environ.get("TFDEBLUR_CACHE")
    return Path(named).expanduser() if named else Path(platformdirs.user_cache_dir("tfdeblur"))


def cached_weights(name: str) -> Path | None:
    """Returns the weight file of a preset in the cache, or None."""
    path = cache_folder() / f"{name}{SUFFIX}"
    return path if name in _FOLDERS and path.is_file() else None


def release_files(name: str) -> list[ReleaseFile]:
    """Lists the files of the release that a preset needs.

    Raises:
      InputError: for a preset without released weights; those with some are listed.
    """
    if name not in _FOLDERS:
        raise InputError(
            f"Received {name!r}, of which there is nothing to download; expected one of: "
            f"{', '.join(nearest_first(name, _FOLDERS))}."
        )
    # The folder of three units also holds files of a fourth.
    stack = re.match(r"stack(\d)", name)
    num_units = int(stack[1]) if stack else 1
    with _LIST.open(newline="") as file:
        listed = [
            ReleaseFile(line["path"], int(line["bytes"]), line["sha256"])
            for line in csv.DictReader(file, delimiter="\t")
        ]
    return [
        file
        for file in listed
        if file.path.startswith(_FOLDERS[name] + "/") and unit_number(file.path) <= num_units
    ]


def download_weights(
    name: str, source: str | os.PathLike | None = None, progressbar: Any = None
) -> Path:
    """Puts the authors' weights of a preset into the cache, unless they are there.

    Files that were fetched before an interruption are not fetched again. Processes that
    want the same weights wait for one another.

    Args:
      name: one of `downloadable_networks()`.
      source: a folder or an address laid out as the authors' repository, in place of it.
      progressbar: an object with the attribute `total` and the methods `update(num_bytes)`,
        `reset()` and `close()`, as `pooch` calls them for each file.

    Returns:
      The path of the weight file.

    Raises:
      InputError: for an unknown preset, a source that lacks a file or cannot be reached, and a
        file that is not the authors', which is named and not kept.
      FullDiskError: when the cache has no room.
    """
    import filelock

    from tfdeblur.system.full_disk import full_disk_in_words

    files = release_files(name)
    cache = cache_folder()
    with full_disk_in_words(cache):
        cache.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(cache / f".{name}.lock"):
            if cached := cached_weights(name):
                return cached
            if source is not None and "://" not in str(source):
                folder = Path(source).expanduser()
                _check_files(folder, files)
                return _convert(name, folder / _FOLDERS[name])
            address = _RAW_FILES if source is None else str(source).rstrip("/") + "/"
            fetch = _fetcher(address, cache / "downloads", files)
            for file in files:
                _fetch(fetch, file, address, progressbar)
            path = _convert(name, cache / "downloads" / _FOLDERS[name])
            for file in files:
                (cache / "downloads" / file.path).unlink()
            return path


def _fetcher(address: str, folder: Path, files: list[ReleaseFile]) -> Any:
    import pooch

    pooch.get_logger().setLevel("WARNING")
    return pooch.create(
        folder,
        address,
        registry={file.path: f"sha256:{file.sha256}" for file in files},
        retry_if_failed=1,
    )


def _fetch(fetcher: Any, file: ReleaseFile, address: str, progressbar: Any) -> None:
    import pooch
    import requests

    downloader: Callable = pooch.HTTPDownloader(progressbar=progressbar, timeout=_TIMEOUT_SECONDS)
    try:
        fetcher.fetch(file.path, downloader=downloader)
    except requests.exceptions.RequestException as error:
        raise InputError(
            f"{address}{file.path}: cannot be fetched ({_reason(error)}). Check the connection and "
            "run the command again, which goes on with this file, or name a copy of the "
            "repository as the source."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{address}{file.path}: received a file with another SHA-256 than the authors'; "
            "it was removed. Run the command again, or name another source."
        ) from error


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP status {response.status_code}"
    return type(error).__name__


def _check_files(folder: Path, files: list[ReleaseFile]) -> None:
    import pooch

    for file in files:
        path = folder / file.path
        if not path.is_file():
            raise InputError(
                f"{path}: no such file; expected a folder laid out as {REPOSITORY}, with "
                f"{Path(file.path).parent}/."
            )
        if pooch.file_hash(str(path)) != file.sha256:
            raise InputError(
                f"{path}: received a file with another SHA-256 than the authors'; expected an "
                "unchanged copy of theirs."
            )


def _convert(name: str, folder: Path) -> Path:
    from tfdeblur import build_model
    from tfdeblur.weights import import_release
    from tfdeblur.weights.files import save_weights

    model = build_model(name)
    import_release(model, folder)
    path = cache_folder() / f"{name}{SUFFIX}"
    save_weights(model, path)
    return path


def unit_number(path: str) -> int:
    """Gives the stacked unit that a file of the release belongs to, by its name; from 1."""
    found = re.search(r"_s(\d+)_", path)
    return int(found[1]) if found else 1
