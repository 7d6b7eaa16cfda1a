"""A disk without room, in words, whichever library ran into it."""

import contextlib
import errno

from tfdeblur.errors import InputError, TfdeblurError

_CODES = (errno.ENOSPC, errno.EDQUOT)

# Libraries in C++ have exceptions of their own, with the system's words in them.
_WORDS = ("No space left on device", "Disk quota exceeded")


class FullDiskError(TfdeblurError, OSError):
    """No space is left where `path` was to be written.

    Args:
      path: what could not be written, or None where that is not known.
      reason: what the system says.
    """

    def __init__(self, path, reason=_WORDS[0]):
        super().__init__(errno.ENOSPC, reason, path and str(path))

    def __reduce__(self):
        return type(self), (self.filename, self.strerror)

    def __str__(self):
        place = f"{self.filename}: " if self.filename else ""
        return (
            f"{place}{self.strerror}. Make room, or choose another folder, and run the command "
            "again; what is finished is kept."
        )


def is_full_disk(error):
    """Whether an exception of any library means that."""
    if getattr(error, "errno", None) in _CODES:
        return True
    return any(words in str(error) for words in _WORDS)


@contextlib.contextmanager
def full_disk_in_words(path=None):
    """Turns every exception that means a full disk into a `FullDiskError`."""
    try:
        yield
    except (FullDiskError, InputError):  # an InputError may quote a file of any name
        raise
    except Exception as error:
        if not is_full_disk(error):
            raise
        reason = getattr(error, "strerror", None) or _WORDS[0]
        raise FullDiskError(getattr(error, "filename", None) or path, reason) from error
