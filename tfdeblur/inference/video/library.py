"""PyAV, the FFmpeg libraries for Python, which only videos need."""

from tfdeblur.errors import InputError


def pyav():
    """The module `av`.

    Raises:
      InputError: when it is not installed.
    """
    try:
        import av
    except ImportError:
        raise InputError(
            "Videos need the package av (PyAV), which is not installed; install tfdeblur with "
            "the extra `video`, or that package: pip install av."
        ) from None
    return av
