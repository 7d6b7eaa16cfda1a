"""The page itself, laid out with Gradio."""

import contextlib
import dataclasses
import functools
import html
from typing import Any

from tfdeblur.demo_page.restoration import restore_photo
from tfdeblur.errors import InputError, printable
from tfdeblur.images.writer import IMAGE_SUFFIXES
from tfdeblur.system.full_disk import full_disk_in_words

TITLE = "tfdeblur"


@dataclasses.dataclass(frozen=True)
class PageSettings:
    """How the page is served, and what of a visitor it takes.

    Attributes:
      host: address to listen on; the loopback address admits this machine alone.
      port: to listen on; None is the first free one from 7860 on.
      max_upload_bytes: most bytes of a file.
      max_pixels: most pixels (height * width) of a photo.
      max_waiting: most restorations that wait for their turn; one runs at a time.
      idle_seconds: how long photos and results stay without being used.
      max_stored_bytes: most bytes of all visitors' photos and results, beyond which no
        photo is taken.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    max_upload_bytes: int = 30_000_000
    max_pixels: int = 24_000_000
    max_waiting: int = 20
    idle_seconds: float = 600
    max_stored_bytes: int = 4_000_000_000


def build_page(networks, visits, settings):
    """The page as `gradio.Blocks`.

    Args:
      networks: dict from the name that the page shows to a `tfdeblur.Deblurrer`; the
        first is chosen at the beginning.
      visits: the `Visits` that it fills.
      settings: `PageSettings`.
    """
    import gradio as gr

    _fetch_nothing()
    at_depth = functools.cache(lambda name, depth: networks[name].at_depth(depth))

    def nothing_shown():
        return gr.ImageSlider(visible=False), "", gr.DownloadButton(visible=False)

    def bring(upload, request: gr.Request):
        with told():
            photo = visits.bring(_visitor(request), upload)
        return gr.File(value=str(photo)), gr.Button(interactive=True), *nothing_shown()

    def leave(request: gr.Request):
        visits.leave(_visitor(request))

    def take_away(request: gr.Request):
        leave(request)
        return gr.Button(interactive=False), *nothing_shown()

    def wait(request: gr.Request):
        visits.wait(_visitor(request))
        return nothing_shown()

    def restore(name, depth, request: gr.Request):
        deblurrer, by = networks[name], name
        with told():
            if deblurrer.num_units > 1:
                by = f"{name}, depth {depth} of {deblurrer.num_units},"
                if depth != deblurrer.num_units:
                    deblurrer = at_depth(name, int(depth))
            with visits.photo(_visitor(request)) as (photo, folder):
                made = restore_photo(deblurrer, photo, folder, settings.max_pixels)
        if not made.restored.exists():
            # The visitor took the photo away meanwhile.
            return nothing_shown()
        return (
            gr.ImageSlider((made.before, made.after), visible=True),
            f"{made.width}x{made.height} pixels, restored by {by} in {made.seconds:.1f} s",
            gr.DownloadButton(value=made.restored, visible=True),
        )

    def depths_of(name):
        num_units = networks[name].num_units
        return gr.Slider(
            1,
            max(2, num_units),
            value=num_units,
            step=1,
            label="Depth: units of the stack",
            visible=num_units > 1,
            elem_id="depth",
        )

    names = list(networks)
    with gr.Blocks(title=TITLE, analytics_enabled=False) as page:
        gr.Markdown(
            "# Deblur a photo\nIt is restored on the machine that serves this page, and deleted "
            "when you choose another or leave, and, with the result, after "
            f"{settings.idle_seconds / 60:g} minutes without use."
        )
        with gr.Row():
            with gr.Column(scale=1):
                upload = gr.File(label="Photo", file_types=sorted(IMAGE_SUFFIXES), elem_id="photo")
                network = gr.Dropdown(names, value=names[0], label="Network", elem_id="network")
                depth = depths_of(names[0])
                button = gr.Button("Restore", variant="primary", interactive=False, elem_id="go")
            with gr.Column(scale=3):
                slider = gr.ImageSlider(
                    label="Before and after",
                    visible=False,
                    interactive=False,
                    buttons=["fullscreen"],
                    elem_id="slider",
                )
                said = gr.Markdown(elem_id="said")
                download = gr.DownloadButton("Download", visible=False, elem_id="download")
        shown = [slider, said, download]
        private: dict[str, Any] = {"api_visibility": "private"}
        quick = {"queue": False, "show_progress": "hidden", **private}
        upload.upload(bring, upload, [upload, button, *shown], **quick)
        upload.clear(take_away, None, [button, *shown], **quick)
        network.change(depths_of, network, depth, **quick)
        button.click(wait, None, shown, **quick).then(
            restore, [network, depth], shown, concurrency_limit=1, **private
        )
        page.unload(leave)
    # Otherwise requests by hand would pass the queue by.
    return page.queue(max_size=settings.max_waiting, default_concurrency_limit=1, api_open=False)


def _visitor(request):
    """What tells one visitor from another."""
    if request.session_hash is None:
        raise InputError("Received a request without a session; open the page in a browser.")
    return request.session_hash


@contextlib.contextmanager
def told():
    """What goes wrong is told to the visitor in one line, which names no folder of the server."""
    import gradio as gr

    try:
        with full_disk_in_words():
            yield
    except InputError as error:
        line = printable(error)
    except OSError as error:
        line = f"The server could not read or write a file: {error.strerror or 'unknown reason'}."
    except MemoryError:
        line = "The server has not enough memory for this photo."
    else:
        return
    # It is shown as HTML, and may hold the file's name.
    raise gr.Error(html.escape(line), duration=None, print_exception=False)


def _fetch_nothing():
    """Gradio would fetch, of any size, whatever address a visitor sends in place of a file."""
    from gradio import processing_utils

    async def refuse(url, *args, **kwargs):
        raise InputError(f"Received the address {url!r} in place of a file; expected a file.")

    # Private to Gradio: setup.cfg allows the versions that have it, and a test tries it.
    if not hasattr(processing_utils, "async_ssrf_protected_download"):
        raise RuntimeError("Gradio fetches addresses in another way than the page knows.")
    processing_utils.async_ssrf_protected_download = refuse
