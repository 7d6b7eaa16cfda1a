"""Requests that reach the page, and those that do not."""

import asyncio

import pytest

from tfdeblur.demo_page.gate import Gate

UPLOAD = "/gradio_api/upload"


@pytest.fixture
def status(tmp_path):
    """Sends a request through a gate of 1 and 3 MB; returns the status, 200 from behind it."""

    async def behind(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def status(method, path, kind="http", **headers):
        sent = []

        async def send(message):
            sent.append(message)

        gate = Gate(behind, tmp_path, max_upload_bytes=1_000_000, max_stored_bytes=3_000_000)
        encoded = [(k.replace("_", "-").encode(), str(v).encode()) for k, v in headers.items()]
        scope = {"type": kind, "method": method, "path": path, "headers": encoded}
        asyncio.run(gate(scope, None, send))
        return sent[0]["status"]

    return status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/gradio_api/heartbeat/abc"),
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/run/predict"),
    ],
)
def test_what_the_page_needs(status, method, path):
    assert status(method, path) == 200
    assert status(method, path, sec_fetch_site="same-origin") == 200


def test_what_is_no_request(status):
    assert status("POST", "/anything", kind="lifespan") == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/gradio_api/process_recording", "/login", "/upload", "/"])
def test_what_the_page_does_not_need(status, method, path):
    assert status(method, path, content_length=10) == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_what_another_site_makes_a_browser_send(status, site):
    assert status("POST", UPLOAD, content_length=10, sec_fetch_site=site) == 403
    assert status("GET", "/", sec_fetch_site=site) == 200


def test_uploads_have_a_length_and_a_limit(status):
    assert status("POST", UPLOAD, content_length=1_000_500) == 200
    assert status("POST", UPLOAD, content_length=2_000_000) == 413
    assert status("POST", UPLOAD) == 411
    assert status("POST", UPLOAD, content_length="-5") == 411


def test_all_uploads_together_have_a_limit(status, tmp_path):
    (tmp_path / "visits").mkdir()
    (tmp_path / "visits" / "photo").write_bytes(bytes(2_500_000))
    assert status("POST", UPLOAD, content_length=400_000) == 200
    assert status("POST", UPLOAD, content_length=600_000) == 503
