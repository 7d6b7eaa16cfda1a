"""Where the page is served: checked before Gradio tries, which takes minutes for a wrong host."""

import os
import socket

from tfdeblur.errors import InputError


def check_address(host, port):
    """Raises InputError unless this process can listen at `host` and `port`, None for any."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port or 0, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise InputError(
            f"Received host {host} and port {port or 'none'}, which cannot be used: "
            f"{error.strerror or error}. Choose an address of this machine and a free port."
        ) from error


def url(host, port):
    """The address for a browser, e.g. "http://127.0.0.1:7860"."""
    return f"http://{bracketed(host)}:{port}"


def bracketed(host):
    """A host as it stands in addresses, e.g. "[::1]"."""
    return f"[{host}]" if ":" in host else host


def bypass_proxy(host):
    """Keeps requests of this process to its own page off the proxy of the environment."""
    for name in ("no_proxy", "NO_PROXY"):
        known = [entry for entry in os.environ.get(name, "").split(",") if entry]
        os.environ[name] = ",".join(dict.fromkeys([*known, "localhost", "127.0.0.1", host]))
