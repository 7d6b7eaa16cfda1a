"""PyAV, the FFmpeg libraries for Python, which only videos need."""

from tfdeblur.extras import require_extra


def pyav():
    """The module `av`.

    Raises:
      InputError: when it is not installed.
    """
    require_extra("video", ["av"], "Restoring videos")
    import av

    return av
