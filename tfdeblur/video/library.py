"""PyAV, the FFmpeg libraries for Python, which only videos need."""

from tfdeblur.system.extras import require_extra


def pyav():
    """The module `av`.

    Raises:
      InputError: when it is not installed.
    """
    require_extra("video", ["av"], "Restoring videos")
    import av

    return av


def open_container(path, mode="r"):
    """The video file `path`, to be read ("r") or written ("w") by FFmpeg.

    Labels that are not UTF-8 are kept as their bytes: what PyAV does from release 19 on,
    the first for Python 3.12, and does in release 18 when told to.
    """
    av = pyav()
    is_old = int(av.__version__.split(".")[0]) < 19
    options = {"metadata_errors": "surrogateescape"} if is_old else {}
    return av.open(str(path), mode, **options)
