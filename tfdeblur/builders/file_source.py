"""Folders and archives seen alike: a set of relative paths whose content can be read.

Archives are read in place: a copy extracted for the occasion would take as much
room again, and would go stale unnoticed when a damaged archive is replaced.
Sources are small to pickle, so that a worker on another machine can open its own.
"""

import abc
import contextlib
import functools
import tarfile
import weakref
import zipfile

from etils import epath

from tfdeblur.errors import InputError


class FileSource(abc.ABC):
    """Files under a common root.

    Args:
      path: the folder or archive.
    """

    def __init__(self, path):
        self.path = epath.Path(path)

    @property
    def name(self):
        """Short, and the same on every machine."""
        return self.path.name

    def paths(self):
        """Relative paths of all files, with forward slashes, without hidden ones."""
        return [path for path in self._index if not _is_clutter(path)]

    @abc.abstractmethod
    def read(self, path):
        """Content of the file `path` as bytes."""

    @property
    @abc.abstractmethod
    def _index(self):
        """Relative paths of all files; a mapping if `read` needs more of them."""

    def __reduce__(self):
        return type(self), (self.path,)


class FolderSource(FileSource):
    """A folder; with `tops`, only what lies in its subfolders of those names."""

    def __init__(self, path, tops=None):
        super().__init__(path)
        self._tops = tops

    @functools.cached_property
    def _index(self):
        roots = [self.path] if self._tops is None else [self.path / top for top in self._tops]
        return [
            (folder / file).relative_to(self.path).as_posix()
            for root in roots
            if root.is_dir()
            for folder, _, files in root.walk()
            for file in files
        ]

    def read(self, path):
        return (self.path / path).read_bytes()

    def __reduce__(self):
        return type(self), (self.path, self._tops)


class ZipSource(FileSource):
    """A zip archive."""

    @functools.cached_property
    def _archive(self):
        file = self.path.open("rb")
        weakref.finalize(self, file.close)
        with _explain_damage(self.path):
            return zipfile.ZipFile(file)

    @functools.cached_property
    def _index(self):
        return [entry.filename for entry in self._archive.infolist() if not entry.is_dir()]

    def read(self, path):
        return self._archive.read(path)


class TarSource(FileSource):
    """An uncompressed tar archive, the only kind that can be read out of order."""

    @functools.cached_property
    def _index(self):
        with (
            _explain_damage(self.path),
            self.path.open("rb") as file,
            tarfile.open(fileobj=file, mode="r:") as archive,
        ):
            return {
                entry.name.removeprefix("./"): (entry.offset_data, entry.size)
                for entry in archive
                if entry.isfile()
            }

    def read(self, path):
        offset, size = self._index[path]
        with self.path.open("rb") as file:
            file.seek(offset)
            return file.read(size)


ARCHIVES = {".zip": ZipSource, ".tar": TarSource}


def find_source(manual_dir, names, tops):
    """The first that exists: a folder or archive of one of `names`, or the content itself.

    Args:
      manual_dir: where a person has put the data.
      names: folder names, which with .zip or .tar are the names of archives.
      tops: names of the folders at the top of the data; if `manual_dir` holds
        one of them, the data was extracted into `manual_dir` directly.

    Returns:
      A `FileSource`, or None.
    """
    manual_dir = epath.Path(manual_dir)
    for name in names:
        if (manual_dir / name).is_dir():
            return FolderSource(manual_dir / name)
        for suffix, source in ARCHIVES.items():
            if (manual_dir / f"{name}{suffix}").exists():
                return source(manual_dir / f"{name}{suffix}")
    # manual_dir is shared by all datasets, so nothing but the data's own folders is looked at.
    if any((manual_dir / top).is_dir() for top in tops):
        return FolderSource(manual_dir, sorted(tops))
    return None


def _is_clutter(path):
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


@contextlib.contextmanager
def _explain_damage(path):
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise InputError(
            f"Received {path}, which cannot be read as an archive ({error}); expected a complete "
            ".zip or an uncompressed .tar. Download it again, or, if it is compressed in another "
            "way, extract it into a folder of the same name."
        ) from None
