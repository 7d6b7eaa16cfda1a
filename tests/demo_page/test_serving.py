"""The server of the page by its answers; tests/end_to_end has what a browser shows."""

import base64
import concurrent.futures
import http.client
import io
import json
import socket
import tempfile
import threading
import time
from importlib.util import find_spec
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from tests.inference.fake_runtimes import PerPixel
from tfdeblur import Deblurrer
from tfdeblur.errors import InputError

pytestmark = pytest.mark.skipif(not find_spec("starlette"), reason="needs the extra `demo`")


class Slow:
    """Inverts an image when told to go on, and counts how many images it has at a time."""

    num_units = 1

    def __init__(self):
        self.go_on = threading.Event()
        self.num_begun = self.num_within = self.most_within = 0

    def __call__(self, pixels):
        self.num_begun += 1
        self.num_within += 1
        self.most_within = max(self.most_within, self.num_within)
        assert self.go_on.wait(60)
        self.num_within -= 1
        return ~pixels


def fails(error):
    def deblur(pixels):
        raise error

    deblur.num_units = 1
    return deblur


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def connected(slow, tmp_path, monkeypatch):
    """Function that opens a connection to a server of small limits."""
    from tfdeblur.demo_page.application import PageSettings
    from tfdeblur.demo_page.serving import served

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    networks = {
        "one": Deblurrer(PerPixel()),
        "slow": slow,
        "</script>": slow,
        "full": fails(OSError(28, "No space left on device", "/secret/x")),
        "large": fails(MemoryError()),
    }
    settings = PageSettings(
        max_upload_bytes=10_000, max_pixels=1000, max_waiting=2, max_stored_bytes=30_000
    )
    with served(networks, settings) as address:
        yield lambda: http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def ask(connected):
    def ask(network="one", name="cat.png", content=None, size=(9, 8), headers=None, **more):
        if content is None:
            file = io.BytesIO()
            Image.new("RGB", size, (1, 2, 3)).save(file, "PNG")
            content = file.getvalue()
        connection = connected()
        query = urlencode({"network": network, "name": name, **more})
        connection.request("POST", f"/restore?{query}", content, headers or {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, json.loads(body)

    return ask


def wait_until(happens):
    end = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_photo_comes_back_restored(ask):
    status, made = ask()
    assert (status, made["name"]) == (200, "cat_restored.png")
    assert made["said"].startswith("9x8 pixels, restored by one in ")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(made["restored"]))))
    assert np.unique(pixels.reshape(-1, 3), axis=0).tolist() == [[254, 253, 252]]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"content": bytes(10_001)}, 413, "at most 0.01 MB in size"),
        ({"size": (50, 30)}, 422, "has 50x30 pixels"),
        ({"content": b"no image"}, 422, "cat.png: "),
        ({"name": "\x1b[2J.exe"}, 422, r"\x1b[2J.exe: expected a photo ending in"),
        ({"network": "two"}, 422, "Received network 'two'"),
        ({"depth": "2"}, 422, "depth"),
        ({"depth": "x"}, 422, "Received depth 'x'"),
        ({"headers": {"Sec-Fetch-Site": "cross-site"}}, 403, "Only the page"),
        ({"headers": {"Transfer-Encoding": "chunked"}, "content": iter([b"x"])}, 411, "length"),
        ({"network": "full"}, 500, "No space left on device"),
        ({"network": "large"}, 500, "not enough memory"),
    ],
)
def test_what_is_refused_is_told_without_folders(ask, asked, status, said):
    received, answer = ask(**asked)
    assert received == status
    assert said in answer["error"]
    assert "/secret" not in answer["error"]
    assert "tfdeblur_demo" not in answer["error"]


def test_one_at_a_time_and_so_many_wait(ask, slow):
    with concurrent.futures.ThreadPoolExecutor(4) as visitors:
        visits = [visitors.submit(ask, "slow") for _ in range(4)]
        wait_until(lambda: any(visit.done() for visit in visits))
        slow.go_on.set()
        answers = [visit.result() for visit in visits]
    assert sorted(status for status, _ in answers) == [200, 200, 200, 503]
    assert any("Too many photos wait" in answer.get("error", "") for _, answer in answers)
    assert (slow.num_begun, slow.most_within) == (3, 1)


def test_who_left_is_passed_over(ask, connected, slow):
    with concurrent.futures.ThreadPoolExecutor(1) as visitors:
        first = visitors.submit(ask, "slow")
        wait_until(lambda: slow.num_begun)
        leaves = connected()
        leaves.request("POST", "/restore?name=a.png&network=slow", b"x" * 9000)
        leaves.close()
        slow.go_on.set()
        assert first.result()[0] == 200
    assert ask("slow")[0] == 200
    assert slow.num_begun == 2


def test_all_photos_together_have_a_limit(ask, connected, slow):
    uploads = [connected() for _ in range(3)]
    for upload in uploads:  # begun, and never finished
        upload.putrequest("POST", "/restore?name=a.png&network=slow")
        upload.putheader("Content-Length", "9999")
        upload.endheaders(b"x")
    wait_until(lambda: "no room for more photos" in ask("slow", "x")[1]["error"])
    for upload in uploads:
        upload.close()
    wait_until(lambda: ask()[0] == 200)


def test_the_page_needs_nothing_from_elsewhere(connected):
    connection = connected()
    connection.request("GET", "/")
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "http" not in page
    assert page.count("</script>") == 2, "the name of a network does not end the script"


def test_hosts_and_ports_that_cannot_be_used():
    from tfdeblur.demo_page.serving import _listening

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port}, which cannot be used: Address already"):
            _listening("127.0.0.1", port)
    for host in ("192.0.2.1", "no.such.host.invalid", "256.1.1.1"):
        with pytest.raises(InputError, match=f"Received host {host} and port none, which cannot"):
            _listening(host, None)
