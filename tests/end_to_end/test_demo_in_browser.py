"""The page of `tfdeblur demo` as visitors see it, in a real headless Chromium."""

import io
import json
import signal
import socket
import time
import urllib.error
import urllib.request
from importlib.util import find_spec

import cv2
import numpy as np
import pytest
import skimage.data
from PIL import Image

from tfdeblur import build_model
from tfdeblur.pretrained import pretrained_models
from tfdeblur.weights.files import save_weights
from tools.demo_screenshot import choose, chromium, open_page, restore, running_demo

pytestmark = [
    pytest.mark.skipif(chromium() is None, reason="needs a Chromium, such as Debian's package"),
    pytest.mark.skipif(
        not (find_spec("gradio") and find_spec("playwright")),
        reason="needs the extras `demo` and `test`",
    ),
]

[OURS] = pretrained_models()
_FOLDER = "tfdeblur_demo_*"
_STACK = """
from __gin__ import dynamic_registration
from tfdeblur import models
include "models/stacked/stack3_dmphn.gin"
models.DMPHN.levels = (1,)
models.DMPHN.filters = (4, 4, 4)
models.DMPHN.blocks_per_stage = 1
models.DMPHN.global_skip = True
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack of three tiny units as "NETWORK=WEIGHTS"; the page calls it "tiny"."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    folder.mkdir()
    (folder / "config.gin").write_text(_STACK)
    save_weights(build_model(folder / "config.gin"), folder / "model.weights.h5")
    return f"{folder}/config.gin={folder}/model.weights.h5"


@pytest.fixture(scope="module")
def demo(tmp_path_factory, stack):
    """A running app that takes files of at most 2 MB; (its address, its temporary folder)."""
    folder = tmp_path_factory.mktemp("temporary")
    limits = ("--max_upload_mb=2", "--max_megapixels=1")
    with running_demo(stack, *limits, temporary=folder) as (address, _):
        yield address, folder
    assert list(folder.glob(_FOLDER)) == [], "the app left files behind"


@pytest.fixture
def page(demo):
    with open_page(demo[0]) as page:
        yield page


def files(folder):
    """What the app keeps of visitors. Gradio leaves an empty file for each upload."""
    found = [path for path in folder.glob(f"{_FOLDER}/**/*") if path.is_file()]
    return [path for path in found if path.stat().st_size]


def choose_network(page, name):
    page.locator("#network input").click()
    page.get_by_role("option", name=name).click()


def sharpness(image_bytes):
    """Mean size of the gradient of a picture's luminance."""
    with Image.open(io.BytesIO(image_bytes)) as image:
        luminance = np.asarray(image.convert("L"), np.float64)
    return np.hypot(*np.gradient(luminance)).mean()


@pytest.fixture(scope="module")
def blurred_photo(tmp_path_factory):
    """A photograph that moved by 12 pixels."""
    path = tmp_path_factory.mktemp("photo") / "cup of coffee.png"
    kernel = np.full((1, 12), 1 / 12)
    cv2.imwrite(str(path), cv2.filter2D(skimage.data.coffee()[..., ::-1], -1, kernel))
    return path


def test_a_photo_comes_back_sharper(page, blurred_photo, tmp_path):
    choose_network(page, OURS)
    choose(page, blurred_photo)
    shown = restore(page, tmp_path)
    assert shown.said.startswith(f"600x400 pixels, restored by {OURS} in ")
    assert shown.downloaded.name == "cup of coffee_restored.png"
    assert sharpness(shown.after) > 1.04 * sharpness(shown.before)
    # The file has the same picture, and the slider shows the photo that was brought.
    assert sharpness(shown.downloaded.read_bytes()) == sharpness(shown.after)
    assert sharpness(blurred_photo.read_bytes()) == sharpness(shown.before)


@pytest.mark.reference
def test_a_real_photo_comes_back_sharper(page, reference_data, tmp_path):
    choose_network(page, OURS)
    choose(page, reference_data / "real_blur" / "house.jpg")
    shown = restore(page, tmp_path)
    assert sharpness(shown.after) > 1.03 * sharpness(shown.before)


def test_a_stack_has_a_depth(page, blurred_photo, tmp_path):
    page.locator("#depth").wait_for()
    page.locator("#depth input[type=number]").fill("1")
    choose(page, blurred_photo)
    assert "restored by tiny in " in restore(page, tmp_path).said
    choose_network(page, OURS)
    page.locator("#depth").wait_for(state="hidden")


def test_another_photo_takes_the_result_away(page, blurred_photo, tmp_path):
    choose(page, blurred_photo)
    restore(page, tmp_path)
    page.locator("#photo button[aria-label='Clear']").or_(
        page.locator("#photo button[aria-label='Remove']")
    ).first.click()
    page.locator("#download").wait_for(state="hidden")
    assert page.locator("#said").inner_text() == ""
    assert page.locator("#go").is_disabled()


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_of_a_server_that_ends(blurred_photo, sent, tmp_path):
    with running_demo(temporary=tmp_path) as (address, process), open_page(address) as page:
        choose(page, blurred_photo)
        page.locator("#go:not([disabled])").wait_for()
        assert [path.name for path in files(tmp_path)] == ["cup of coffee.png"]
        process.send_signal(sent)
        status = process.wait(timeout=60)
    if sent == signal.SIGKILL:
        with running_demo(temporary=tmp_path):
            assert files(tmp_path) == []
    else:
        assert status == 0
        assert list(tmp_path.glob(_FOLDER)) == []


def test_requests_by_hand_do_not_pass_the_queue(demo):
    request = {"data": [OURS, 1], "fn_index": 4, "session_hash": "by hand"}
    posted = urllib.request.Request(
        f"{demo[0]}/gradio_api/run/restore",
        json.dumps(request).encode(),
        {"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(posted, timeout=20)
    refused.value.close()
    assert refused.value.code in (401, 403, 404)


def test_two_visitors_at_once(demo, blurred_photo, tmp_path):
    other_photo = tmp_path / "other.png"
    Image.new("RGB", (320, 200), "gray").save(other_photo)
    with open_page(demo[0]) as page:
        other = page.context.new_page()
        other.goto(demo[0])
        for visitor, photo in ((page, blurred_photo), (other, other_photo)):
            choose(visitor, photo)
            visitor.locator("#go:not([disabled])").click()
        for visitor, size in ((page, "600x400"), (other, "320x200")):
            visitor.locator("#said", has_text=f"{size} pixels").wait_for()


def test_nothing_stays_of_who_leaves(demo, blurred_photo, tmp_path):
    with open_page(demo[0]) as page:
        choose(page, blurred_photo)
        restore(page, tmp_path)
        assert {path.name for path in files(demo[1])} >= {"cup of coffee.png", "after.png"}
    wait_for_no_files(demo[1])


def wait_for_no_files(folder):
    """The server hears by and by of a browser that is closed."""
    for _ in range(300):
        if not files(folder):
            return
        time.sleep(0.1)
    assert files(folder) == []


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("large.png", lambda: np.zeros((1100, 1000, 3), np.uint8), "at most 1 million"),
        ("heavy.png", lambda: np.random.default_rng(1).bytes(2_100_000), "size"),
        ("text.png", lambda: b"no image", "text.png"),
    ],
)
def test_what_is_refused_is_told_and_not_kept(demo, tmp_path, name, make, said):
    path, content = tmp_path / name, make()
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        cv2.imwrite(str(path), content)
    with open_page(demo[0]) as page:
        choose(page, path)
        if name != "heavy.png":
            page.locator("#go:not([disabled])").click()
        page.get_by_text(said).first.wait_for()
        assert not page.locator("#slider img").count()
    wait_for_no_files(demo[1])


def test_only_this_machine_reaches_it(demo):
    port = int(demo[0].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10):
        pass
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    for address in addresses - {"127.0.0.1", "::1"}:
        with pytest.raises(OSError), socket.create_connection((address, port), timeout=2):
            pass
