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
            "Videos need the package av (PyAV), which is not installed; expected the extra "
            "`video`: pip install 'tfdeblur[video]'."
        ) from None
    return av
