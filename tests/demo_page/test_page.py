"""What of the page can be told without a browser; tests/end_to_end has the rest."""

import errno
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.conftest import PROJECT
from tfdeblur.demo_page.page import told
from tfdeblur.errors import InputError

pytestmark = pytest.mark.skipif(not find_spec("gradio"), reason="needs the extra `demo`")


# In a process of its own: Gradio leaves sockets to the garbage collector.
_CHECKS = """
import asyncio, sys
from gradio import processing_utils
from tests.inference.fake_runtimes import PerPixel
from tfdeblur import Deblurrer
from tfdeblur.demo_page.page import PageSettings, build_page
from tfdeblur.demo_page.visits import Visits
from tfdeblur.errors import InputError

visits = Visits(sys.argv[1], idle_seconds=3600)
page = build_page({"one": Deblurrer(PerPixel())}, visits, PageSettings(max_waiting=7))
[restore] = [function for function in page.fns.values() if function.name == "restore"]
print("waiting", page._queue.max_size, "queue", restore.queue, "at once", restore.concurrency_limit)
try:
    asyncio.run(processing_utils.async_ssrf_protected_download("http://192.0.2.1/x", sys.argv[1]))
except InputError as error:
    print(error)
"""


def test_one_at_a_time_so_many_wait_and_nothing_is_fetched(tmp_path):
    command = [sys.executable, "-c", _CHECKS, str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "waiting 7 queue True at once 1",
        "Received the address 'http://192.0.2.1/x' in place of a file; expected a file.",
    ]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError("<b>.png: no image"), "&lt;b&gt;.png: no image"),
        (OSError(errno.ENOSPC, "No space left on device", "/secret/x"), "No space left on device"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_what_goes_wrong_is_told_without_folders(error, said):
    import gradio as gr

    with pytest.raises(gr.Error) as caught, told():
        raise error
    assert said in caught.value.message
    assert "secret" not in caught.value.message
    assert not caught.value.print_exception


def test_other_errors_are_defects():
    with pytest.raises(ZeroDivisionError), told():
        raise ZeroDivisionError
