"""What visitors upload and what is made of it, each visitor's in a folder that does not stay."""

import contextlib
import itertools
import shutil
import threading
import time
import uuid
from pathlib import Path

from tfdeblur.demo_page.folder import files_below
from tfdeblur.errors import InputError


class Visits:
    """The photos of visitors and their results.

    A photo is there until its visitor brings another, leaves, or restores nothing for
    `idle_seconds`; who waits for a turn is not idle while others are served. Several threads
    may call one object.

    Args:
      root: folder where uploads arrive. What is kept goes to a folder `visits` in it, and
        files that lie elsewhere in it for `idle_seconds`, such as uploads that were broken
        off, are removed. Whoever made it removes it at the end.
      idle_seconds: how long files stay without being used.
    """

    def __init__(self, root, idle_seconds):
        self._root = Path(root)
        self._folder = self._root / "visits"
        self._idle_seconds = idle_seconds
        self._visits: dict[str, _Visit] = {}
        self._last_served = time.monotonic()
        self._lock = threading.Lock()
        threading.Thread(target=self._watch, name="idle visits", daemon=True).start()

    def bring(self, visitor, upload):
        """Takes over a file as the photo of `visitor`, in place of an earlier one.

        Args:
          visitor: any text that is the visitor's own.
          upload: path of the file. It is moved, so that nothing is left where it was.

        Returns:
          Where it is now.

        Raises:
          InputError: when the file is not there: two uploads of one content may be one file.
        """
        visit = _Visit(self._folder / uuid.uuid4().hex, Path(upload))
        with self._lock:
            earlier, self._visits[visitor] = self._visits.get(visitor), visit
        if earlier:
            earlier.end()
        return visit.photo

    @contextlib.contextmanager
    def photo(self, visitor):
        """The photo of a visitor and an empty folder for results, both kept while in use.

        The results of an earlier restoration are removed; those of this one stay as long
        as the photo.

        Yields:
          Path of the photo and path of the folder.

        Raises:
          InputError: when there is no photo, or no longer.
        """
        with self._lock:
            visit = self._visits.get(visitor)
        if visit is None:
            raise InputError("There is no photo, or no longer; choose one.")
        try:
            with visit.in_use() as files:
                yield files
        finally:
            self._last_served = time.monotonic()

    def wait(self, visitor):
        """Says that a visitor waits for a turn, until `photo` is called."""
        with self._lock:
            if visitor in self._visits:
                self._visits[visitor].waits()

    def leave(self, visitor):
        """Removes everything of a visitor; what is in use, as soon as it is not."""
        with self._lock:
            visit = self._visits.pop(visitor, None)
        if visit:
            visit.end()

    def remove_idle(self):
        """Removes what has not been used for too long."""
        with self._lock:
            if any(visit.is_in_use() for visit in self._visits.values()):
                self._last_served = time.monotonic()
            idle = [name for name, visit in self._visits.items() if self._is_idle(visit)]
            visits = [self._visits.pop(name) for name in idle]
        for visit in visits:
            visit.end()
        for file in files_below(self._root, but=self._folder):
            with contextlib.suppress(OSError):
                if time.time() - file.stat().st_mtime >= self._idle_seconds:
                    file.unlink()

    def _is_idle(self, visit):
        used = max(visit.last_used, self._last_served) if visit.is_waiting else visit.last_used
        return not visit.is_in_use() and time.monotonic() - used >= self._idle_seconds

    def _watch(self):
        while True:
            time.sleep(self._idle_seconds / 4)
            self.remove_idle()


class _Visit:
    """One photo, in a folder of its own."""

    def __init__(self, folder, upload):
        folder.mkdir(parents=True)
        self._folder = folder
        self._results = (folder / f"results_{number}" for number in itertools.count())
        self._latest = None
        self._use = threading.Lock()
        self._has_ended = False
        self.is_waiting = False
        self.photo = folder / upload.name
        self.last_used = time.monotonic()
        try:
            shutil.move(upload, self.photo)
        except FileNotFoundError:
            folder.rmdir()
            raise InputError("The upload was lost; choose the photo again.") from None

    def is_in_use(self):
        return self._use.locked()

    def waits(self):
        self.is_waiting = True
        self.last_used = time.monotonic()

    @contextlib.contextmanager
    def in_use(self):
        try:
            with self._use:
                self.is_waiting = False
                if self._has_ended:
                    raise InputError("The photo is no longer there; choose it again.")
                if self._latest:
                    shutil.rmtree(self._latest, ignore_errors=True)
                # Another folder each time, so that no browser takes an old picture for a new one.
                self._latest = next(self._results)
                self._latest.mkdir()
                try:
                    yield self.photo, self._latest
                finally:
                    self.last_used = time.monotonic()
        finally:
            if self._has_ended:
                self.end()

    def end(self):
        """Removes the photo and the results: at once, or by whoever uses them at the end."""
        self._has_ended = True
        if self._use.acquire(blocking=False):
            try:
                shutil.rmtree(self._folder, ignore_errors=True)
            finally:
                self._use.release()
