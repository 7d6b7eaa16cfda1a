"""The page served, until the process is asked to end."""

import contextlib
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator

import uvicorn

from tfdeblur.demo_page.application import Application, PageSettings
from tfdeblur.errors import InputError

_PORTS = range(7860, 7960)


def serve(networks: dict, settings: PageSettings) -> None:
    """Serves the page until the process is interrupted, which ends it; arguments as `served`."""
    ended = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # not every system has each
            signal.signal(getattr(signal, name), lambda *_: ended.set())
    with served(networks, settings) as address:
        print(f"Open {address} in a browser; Ctrl-C ends it.", flush=True)
        while not ended.wait(1):
            pass
    sys.stdout.flush()
    # Python would wait for the end of a restoration, or crash the network by not waiting.
    os._exit(0)


@contextlib.contextmanager
def served(networks: dict, settings: PageSettings) -> Iterator[str]:
    """Serves the page while the context lasts.

    Args:
      networks: dict from the name that the page shows to a `tfdeblur.Deblurrer`; the
        first is chosen at the beginning.
      settings: `PageSettings`.

    Yields:
      The page's address, such as "http://127.0.0.1:7860".

    Raises:
      InputError: when nothing can be served at the host and port.
    """
    with (
        # Removed as a whole: what is read or written at the end may leave a file.
        tempfile.TemporaryDirectory(prefix="tfdeblur_demo_", ignore_cleanup_errors=True) as folder,
        _listening(settings.host, settings.port) as listener,
    ):
        application = Application(networks, settings, folder).asgi()
        server = uvicorn.Server(
            uvicorn.Config(application, lifespan="off", ws="none", log_level="error")
        )
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        yield f"http://{host}:{listener.getsockname()[1]}"
        server.should_exit = server.force_exit = True
        thread.join(5)


def _listening(host: str, port: int | None) -> socket.socket:
    """A socket that listens at `host` and `port`, None for the first free one."""
    problem = OSError("no free port")
    for each in [port] if port else _PORTS:
        try:
            family, _, _, _, address = socket.getaddrinfo(host, each, type=socket.SOCK_STREAM)[0]
            return socket.create_server(address[:2], family=family)
        except OSError as error:
            problem = error
            if isinstance(error, socket.gaierror):
                break
    raise InputError(
        f"Received host {host} and port {port or 'none'}, which cannot be used: "
        f"{problem.strerror or problem}. Choose an address of this machine and a free port."
    ) from problem
