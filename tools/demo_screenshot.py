"""Tries the page of `tfdeblur demo` in a real browser, and takes the picture of the README.

  python -m tools.demo_screenshot PHOTO docs/demo.png [NETWORK=WEIGHTS ...]

Starts the app, opens its page in a headless Chromium (Debian's package `chromium`, driven by
Playwright), uploads PHOTO, waits for the result and stores what the browser shows.
"""

import contextlib
import dataclasses
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_WAIT_MS = 60_000
_WINDOW = {"width": 1280, "height": 800}

# Without them Chromium looks for updates, which a closed network answers with noise.
_CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclasses.dataclass(frozen=True)
class Shown:
    """What a visitor sees of a restoration.

    Attributes:
      said: the line about size, network and time.
      before, after: bytes of what the slider shows at its ends.
      downloaded: path of the file that the button gives.
    """

    said: str
    before: bytes
    after: bytes
    downloaded: Path


def chromium():
    """Path of an installed Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextlib.contextmanager
def running_demo(*arguments, temporary=None):
    """Runs `tfdeblur demo`, perhaps with a folder for its temporary files.

    Yields:
      (its address, the process) once it serves.
    """
    environment = os.environ if temporary is None else {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "tfdeblur", "demo", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"{' '.join(command)} ended with status {process.wait()}")
            yield re.search(r"http://\S+", line)[0], process
        finally:
            process.terminate()


@contextlib.contextmanager
def open_page(address):
    """A Playwright page that shows `address`, in a new headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=_CHROMIUM_FLAGS)
        try:
            page = browser.new_context(viewport=_WINDOW).new_page()
            page.set_default_timeout(_WAIT_MS)
            page.goto(address)
            yield page
        finally:
            browser.close()


def choose(page, photo):
    """Uploads a file, as a visitor who drops it on the page."""
    page.locator("#photo input[type=file]").set_input_files(photo)


def restore(page, folder):
    """Presses the button and waits; returns what is `Shown`, the download stored in `folder`."""
    page.locator("#go:not([disabled])").click()
    page.locator("#said", has_text="pixels").wait_for()
    before, after = (_slider_at(page, percent) for percent in (100, 0))
    _slider_at(page, 50)
    with page.expect_download() as download:
        page.locator("#download").click()
    path = Path(folder) / download.value.suggested_filename
    download.value.save_as(path)
    return Shown(page.locator("#said").inner_text(), before, after, path)


def _slider_at(page, percent):
    page.locator("#slider input").fill(str(percent))
    return page.locator("#slider > div").screenshot()


def main(photo, screenshot, *networks):
    """Stores the screenshot and prints what the page said."""
    with running_demo(*networks) as (address, _), open_page(address) as page:
        choose(page, photo)
        with tempfile.TemporaryDirectory() as folder:
            print(restore(page, folder).said)
        page.screenshot(path=screenshot, full_page=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
