"""The page served, until the process is asked to end; nothing of visitors is left then."""

import contextlib
import os
import signal
import sys
import threading

from tfdeblur.demo_page.address import bracketed, bypass_proxy, check_address, url
from tfdeblur.demo_page.folder import private_folder
from tfdeblur.demo_page.gate import Gate
from tfdeblur.demo_page.page import build_page
from tfdeblur.demo_page.visits import Visits


def serve(networks, settings):
    """Serves the page until the process is interrupted; arguments as for `served`."""
    with (
        contextlib.suppress(_Interrupted, KeyboardInterrupt),
        _interruptible(),
        served(networks, settings) as address,
    ):
        print(f"Open {address} in a browser; Ctrl-C ends it.", flush=True)
        threading.Event().wait()
    _end_restorations()


def _end_restorations():
    """Python would wait for the end of one that is running, which may be minutes away."""
    others = [thread for thread in threading.enumerate() if thread != threading.current_thread()]
    if any(not thread.daemon for thread in others):
        sys.stdout.flush()
        os._exit(0)


class _Interrupted(BaseException):
    """The process was asked to end otherwise than by Ctrl-C."""


@contextlib.contextmanager
def _interruptible():
    """Signals that would end the process raise, so that what visitors brought is removed."""

    def interrupt(*_):
        raise _Interrupted

    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {sent: signal.signal(sent, interrupt) for sent in ends}
    try:
        yield
    finally:
        for sent, handler in before.items():
            signal.signal(sent, handler)


@contextlib.contextmanager
def served(networks, settings):
    """Serves the page while the context lasts. Whatever visitors brought is gone afterwards.

    Args:
      networks: dict from the name that the page shows to a `tfdeblur.Deblurrer`; the
        first is chosen at the beginning.
      settings: `PageSettings`.

    Yields:
      The page's address, such as "http://127.0.0.1:7860".

    Raises:
      InputError: when nothing can be served at the host and port.
    """
    from starlette.middleware import Middleware

    check_address(settings.host, settings.port)
    bypass_proxy(settings.host)
    with private_folder() as folder:
        # Gradio takes both from the environment alone.
        os.environ["GRADIO_TEMP_DIR"] = str(folder)
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        page = build_page(networks, Visits(folder, settings.idle_seconds), settings)
        gate = Middleware(
            Gate,
            folder=folder,
            max_upload_bytes=settings.max_upload_bytes,
            max_stored_bytes=settings.max_stored_bytes,
        )
        try:
            page.launch(
                server_name=bracketed(settings.host),
                server_port=settings.port,
                max_file_size=settings.max_upload_bytes,
                theme=_theme(),
                share=False,
                ssr_mode=False,
                footer_links=[],
                quiet=True,
                prevent_thread_lock=True,
                app_kwargs={"middleware": [gate]},
            )
            yield url(settings.host, page.server_port)
        finally:
            page.close(verbose=False)


def _theme():
    import gradio as gr

    # Fonts of the system: the page loads nothing from elsewhere.
    return gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"])
