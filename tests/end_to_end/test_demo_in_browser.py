"""The page of `tfdeblur demo` as visitors see it, in a real headless Chromium."""

import io
import re
import signal
import socket
import sys
import urllib.request
from importlib.util import find_spec

import cv2
import numpy as np
import pytest
import skimage.data
from PIL import Image

from tfdeblur import Deblurrer, build_model
from tfdeblur.images.reader import read_image
from tfdeblur.models import DMPHN
from tfdeblur.pretrained import pretrained_models
from tfdeblur.weights.files import save_weights
from tools.demo_screenshot import choose, chromium, open_page, restore, running_demo

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="needs a Chromium, such as Debian's package"),
    pytest.mark.skipif(
        not (find_spec("starlette") and find_spec("playwright")),
        reason="needs the extras `demo` and `test`",
    ),
]

[OURS] = pretrained_models()


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """The weights of a stack of three tiny units; the page calls it "tiny"."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    folder.mkdir()
    unit = DMPHN((1,), filters=(4, 4, 4), blocks_per_stage=1, global_skip=True)
    model = build_model("stack3_dmphn", unit=unit)
    for variable in model.variables:  # not those of the identity, which a new one is
        variable.assign(np.random.default_rng(1).normal(scale=0.05, size=variable.shape))
    save_weights(model, folder / "model.weights.h5")
    return str(folder / "model.weights.h5")


@pytest.fixture(scope="module")
def demo(tmp_path_factory, stack):
    """Address of a running app that takes files of at most 2 MB."""
    folder = tmp_path_factory.mktemp("temporary")
    limits = ("--max_upload_mb=2", "--max_megapixels=1")
    with running_demo(stack, *limits, temporary=folder) as (address, _):
        yield address
    assert list(folder.glob("tfdeblur_demo_*")) == []


@pytest.fixture
def page(demo):
    with open_page(demo) as page:
        yield page


@pytest.fixture(scope="module")
def blurred_photo(tmp_path_factory):
    """A photograph that moved by 12 pixels."""
    path = tmp_path_factory.mktemp("photo") / "cup of coffee.png"
    kernel = np.full((1, 12), 1 / 12)
    cv2.imwrite(str(path), cv2.filter2D(skimage.data.coffee()[..., ::-1], -1, kernel))
    return path


def sharpness(image_bytes):
    """Mean size of the gradient of a picture's luminance."""
    with Image.open(io.BytesIO(image_bytes)) as image:
        luminance = np.asarray(image.convert("L"), np.float64)
    return np.hypot(*np.gradient(luminance)).mean()


def is_seen(page, selector):
    """Whether a visitor can see an element, without scrolling to the side."""
    box = page.locator(selector).bounding_box()
    return box["height"] > 9 and box["width"] > 9 and box["x"] >= 0


def answers(host, port):
    try:
        with socket.create_connection((host, port), timeout=10):
            return True
    except OSError:
        return False


def has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_a_photo_comes_back_sharper(page, blurred_photo, tmp_path):
    page.locator("#network select").select_option(OURS)
    page.locator("#depth").wait_for(state="hidden")
    choose(page, blurred_photo)
    shown = restore(page, tmp_path)
    assert shown.said.startswith(f"600x400 pixels, restored by {OURS} in ")
    assert shown.downloaded.name == "cup of coffee_restored.png"
    assert sharpness(shown.after) > 1.08 * sharpness(shown.before)
    restored = read_image(shown.downloaded).pixels
    np.testing.assert_array_equal(restored, Deblurrer(OURS)(read_image(blurred_photo).pixels))
    page.locator("#clear").click()
    page.locator("#download").wait_for(state="hidden")
    assert page.locator("#said").inner_text() == ""
    assert page.locator("#go").is_disabled()
    assert not page.locator("#slider").is_visible()


@pytest.mark.reference
def test_a_real_photo_comes_back_sharper(page, reference_data, tmp_path):
    page.locator("#network select").select_option(OURS)
    choose(page, reference_data / "real_blur" / "house.jpg")
    shown = restore(page, tmp_path)
    assert sharpness(shown.after) > 1.045 * sharpness(shown.before)


def test_a_stack_has_a_depth(page, stack, blurred_photo, tmp_path):
    page.locator("#depth input").fill("1")
    choose(page, blurred_photo)
    shown = restore(page, tmp_path)
    assert "restored by tiny, depth 1 of 3, in " in shown.said
    deblur = Deblurrer(None, stack)
    photo, restored = (read_image(path).pixels for path in (blurred_photo, shown.downloaded))
    np.testing.assert_array_equal(restored, deblur.at_depth(1)(photo))
    assert not np.array_equal(restored, deblur(photo))


def test_what_is_refused_is_told_until_another_photo_comes(page, blurred_photo, tmp_path):
    Image.new("RGB", (1000, 1100)).save(tmp_path / "large.png")
    (tmp_path / "heavy.png").write_bytes(bytes(2_100_000))
    (tmp_path / "text.txt").write_bytes(b"no image")
    (tmp_path / "broken.png").write_bytes(b"no image")
    said = {
        "large": "at most 1 million",
        "heavy": "at most 2 MB in size",
        "text": "expected a photo ending in .",
    }
    for path in sorted(tmp_path.iterdir()):
        choose(page, path)
        if path.stem == "broken":
            page.locator("#go").click()
        page.locator("#error", has_text=said.get(path.stem, "broken.png: ")).wait_for()
        assert is_seen(page, "#error")
        assert page.locator("#go").is_disabled() == (path.stem != "broken")
    choose(page, blurred_photo)
    page.locator("#error").wait_for(state="hidden")
    assert page.locator("#go").is_enabled()


def test_a_photo_may_be_dropped_anywhere(page, blurred_photo):
    page.evaluate(
        """(bytes) => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(bytes)], "dropped.png"));
            const drop = new DragEvent("drop", {dataTransfer: files, bubbles: true});
            document.querySelector("h1").dispatchEvent(drop);
        }""",
        list(blurred_photo.read_bytes()),
    )
    page.locator("#preview").wait_for()
    assert page.locator("#go").is_enabled()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_restoration_is_shown_on_a_phone_and_ends_with_its_server(sent, tmp_path):
    Image.new("RGB", (5000, 4000), "gray").save(tmp_path / "large.jpg")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with running_demo(temporary=temporary) as (address, process):
        with open_page(address) as page:
            page.set_viewport_size({"width": 390, "height": 800})
            choose(page, tmp_path / "large.jpg")
            page.locator("#preview").wait_for()
            page.locator("#go").click()
            page.get_by_text(re.compile("Restoring … [1-9]")).wait_for()
            assert page.locator("#go").is_disabled()
            assert all(is_seen(page, each) for each in ("#said", "#preview", "#network", "#photo"))
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        process.send_signal(sent)
        assert process.wait(timeout=60) == 0
    assert list(temporary.glob("tfdeblur_demo_*")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no 127.0.0.2")
@pytest.mark.parametrize(
    ("flags", "reached"), [([], ["127.0.0.1"]), (["--host=0.0.0.0"], ["127.0.0.1", "127.0.0.2"])]
)
def test_it_listens_at_one_address_unless_told(flags, reached):
    """A server for all addresses of the machine would answer at 127.0.0.2 as well."""
    with running_demo(*flags) as (address, _):
        port = int(address.rpartition(":")[2])
        assert [host for host in ("127.0.0.1", "127.0.0.2") if answers(host, port)] == reached


@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
def test_it_may_listen_at_an_address_of_ipv6():
    with running_demo("--host=::1") as (address, _):
        assert address.startswith("http://[::1]:")
        with urllib.request.urlopen(address, timeout=20) as response:
            assert response.status == 200
