"""Which requests reach Gradio, which answers to many that the page does not need."""

import contextlib

from tfdeblur.demo_page.folder import files_below

# What its JavaScript sends; `run` are the quick steps that do not queue.
_POSTED = ("queue/join", "upload", "run/", "cancel", "reset")
_PREFIX = "/gradio_api/"

# Of a form with one file, beside the file.
_FORM_BYTES = 100_000


class Gate:
    """ASGI middleware that answers what the page does not need, or cannot take, by itself.

    Refused are all requests that change something but those the page makes, those that
    another site makes in a visitor's browser, and uploads beyond a limit, alone or with
    what is stored already.

    Args:
      app: the ASGI application.
      folder: of visitors' files.
      max_upload_bytes: most bytes of a file.
      max_stored_bytes: most bytes in `folder`.
    """

    def __init__(self, app, folder, max_upload_bytes, max_stored_bytes):
        self._app = app
        self._folder = folder
        self._max_upload_bytes = max_upload_bytes
        self._max_stored_bytes = max_stored_bytes

    async def __call__(self, scope, receive, send):
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            status, text = refusal
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": text.encode()})

    def _refusal(self, scope):
        """None, or a status and what to say."""
        if scope["method"] in ("GET", "HEAD"):
            return None
        path = scope["path"].removeprefix(_PREFIX)
        if path == scope["path"] or not path.startswith(_POSTED):
            return 404, "The page has no use for this."
        headers = dict(scope["headers"])
        # Browsers say it of every request to this machine.
        if headers.get(b"sec-fetch-site", b"same-origin") != b"same-origin":
            return 403, "Only the page itself may send this."
        return self._refusal_of_upload(headers) if path == "upload" else None

    def _refusal_of_upload(self, headers):
        length = headers.get(b"content-length", b"")
        if not length.isdigit():
            return 411, "Expected an upload that says its length."
        if int(length) > self._max_upload_bytes + _FORM_BYTES:
            return 413, f"Expected a file of at most {self._max_upload_bytes / 1e6:g} MB."
        if int(length) + self._stored_bytes() > self._max_stored_bytes:
            return 503, "The server has no room for more photos; try again later."
        return None

    def _stored_bytes(self):
        total = 0
        for file in files_below(self._folder):
            with contextlib.suppress(OSError):  # removed meanwhile
                total += file.stat().st_size
        return total
