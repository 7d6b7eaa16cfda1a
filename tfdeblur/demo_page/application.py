"""What the page's server answers: the page, and restorations, one at a time."""

import asyncio
import dataclasses
import functools
import json
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tfdeblur.demo_page.restoration import RestoredPhoto, restore_photo
from tfdeblur.errors import InputError, printable
from tfdeblur.images.writer import IMAGE_SUFFIXES

# The page loads nothing from elsewhere, and no other page shows it within itself.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src blob: data:; connect-src 'self' data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


@dataclasses.dataclass(frozen=True)
class PageSettings:
    """How the page is served, and what of a visitor it takes.

    Attributes:
      host: address to listen on; the loopback address admits this machine alone.
      port: to listen on; None is the first free one from 7860 on.
      max_upload_bytes: most bytes of a file.
      max_pixels: most pixels (height * width) of a photo.
      max_waiting: most restorations that wait for their turn; one runs at a time.
      max_stored_bytes: most bytes of all photos that are uploaded, wait or are restored.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    max_upload_bytes: int = 30_000_000
    max_pixels: int = 24_000_000
    max_waiting: int = 20
    max_stored_bytes: int = 4_000_000_000


class _RefusalError(Exception):
    """A request that is not served: status and reason."""


class Application:
    """The page for some networks.

    Args:
      networks: dict from the name that the page shows to a `tfdeblur.Deblurrer`; the
        first is chosen at the beginning.
      settings: `PageSettings`.
      folder: existing folder for temporary files.
    """

    def __init__(self, networks: dict, settings: PageSettings, folder: str):
        self._networks = networks
        self._folder = folder
        self._settings = settings
        self._at_depth = functools.cache(lambda name, depth: networks[name].at_depth(depth))
        self._turn = asyncio.Lock()
        self._num_accepted = 0
        self._num_bytes = 0

    def asgi(self) -> Starlette:
        """What a server for ASGI runs."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/restore", self._restore, methods=["POST"]),
            ]
        )

    async def _page(self, _: Request) -> Response:
        told = {
            "depths": {name: each.num_units for name, each in self._networks.items()},
            "suffixes": sorted(IMAGE_SUFFIXES),
            "maxBytes": self._settings.max_upload_bytes,
            "maxPixels": self._settings.max_pixels,
        }
        page = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
        # A name may hold what would end the script that it stands in.
        text = json.dumps(told).replace("<", r"\u003c")
        return HTMLResponse(page.replace("{settings}", text), headers=_HEADERS)

    async def _restore(self, request: Request) -> Response:
        try:
            size = self._size_to_accept(request)
            self._num_bytes += size
            try:
                answer = await self._in_turn(request, await request.body())
            finally:
                self._num_bytes -= size
            return JSONResponse(answer, headers=_HEADERS)
        except _RefusalError as refusal:
            status, reason = refusal.args
        except ClientDisconnect:
            status, reason = 499, "The visitor left."
        except InputError as error:
            status, reason = 422, printable(error)
        except OSError as error:
            reason = f"The server could not read or write a file: {error.strerror or 'unknown'}."
            status = 500
        except MemoryError:
            status, reason = 500, "The server has not enough memory for this photo."
        return JSONResponse({"error": reason}, status, headers=_HEADERS)

    def _size_to_accept(self, request: Request) -> int:
        # Browsers say it of every request to this machine.
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise _RefusalError(403, "Only the page itself may send this.")
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            raise _RefusalError(411, "Expected an upload that says its length.")
        most = self._settings.max_upload_bytes
        if int(length) > most:
            raise _RefusalError(413, f"Expected a file of at most {most / 1e6:g} MB in size.")
        if self._num_bytes + int(length) > self._settings.max_stored_bytes:
            raise _RefusalError(503, "The server has no room for more photos; try again later.")
        return int(length)

    async def _in_turn(self, request: Request, content: bytes) -> dict:
        if self._num_accepted > self._settings.max_waiting:
            raise _RefusalError(503, "Too many photos wait for their turn; try again later.")
        self._num_accepted += 1
        try:
            async with self._turn:
                if await request.is_disconnected():
                    raise ClientDisconnect
                made, by = await run_in_threadpool(self._made, dict(request.query_params), content)
        finally:
            self._num_accepted -= 1
        said = f"{made.width}x{made.height} pixels, restored by {by} in {made.seconds:.1f} s"
        return {**made.as_json(), "said": said}

    def _made(self, asked: dict, content: bytes) -> tuple[RestoredPhoto, str]:
        """The restoration, and the network that made it in words."""
        name, depth = asked.get("network", ""), asked.get("depth", "")
        if name not in self._networks:
            raise InputError(
                f"Received network {name!r}; expected one of {', '.join(self._networks)}."
            )
        deblurrer, by = self._networks[name], name
        if depth:
            if not depth.isdecimal():
                raise InputError(f"Received depth {depth!r}; expected a whole number from 1 on.")
            by = f"{name}, depth {depth} of {deblurrer.num_units},"
            if int(depth) != deblurrer.num_units:
                deblurrer = self._at_depth(name, int(depth))
        file_name, max_pixels = asked.get("name", ""), self._settings.max_pixels
        return restore_photo(deblurrer, content, file_name, max_pixels, self._folder), by
