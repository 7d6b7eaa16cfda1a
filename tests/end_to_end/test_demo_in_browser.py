"""The page of `tfdeblur demo` as visitors see it, in a real headless Chromium."""

import io
import json
import signal
import socket
import sys
import time
import urllib.error
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
    pytest.mark.skipif(chromium() is None, reason="needs a Chromium, such as Debian's package"),
    pytest.mark.skipif(
        not (find_spec("gradio") and find_spec("playwright")),
        reason="needs the extras `demo` and `test`",
    ),
]

[OURS] = pretrained_models()
_FOLDER = "tfdeblur_demo_*"


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
def slow(tmp_path_factory):
    """Four units of the paper's size as "NETWORK=WEIGHTS", and a photo that takes minutes."""
    folder = tmp_path_factory.mktemp("slow")
    save_weights(build_model("stack4_dmphn"), folder / "stack.weights.h5")
    Image.new("RGB", (5000, 4000), "gray").save(folder / "large.png")
    return f"stack4_dmphn={folder}/stack.weights.h5", folder / "large.png"


@pytest.fixture(scope="module")
def demo(tmp_path_factory, stack):
    """A running app that takes files of at most 2 MB; (its address, its temporary folder)."""
    folder = tmp_path_factory.mktemp("temporary")
    limits = ("--max_upload_mb=2", "--max_megapixels=1")
    with running_demo(stack, *limits, temporary=folder) as (address, _):
        yield address, folder
    assert list(folder.glob(_FOLDER)) == [], "the app left files behind"


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


def clear(page):
    page.locator("#photo button[aria-label='Clear']").or_(
        page.locator("#photo button[aria-label='Remove']")
    ).first.click()


def wait_until(happens):
    """Waits up to half a minute for what comes by and by."""
    for _ in range(300):
        if happens():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen")


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
    assert sharpness(shown.after) > 1.08 * sharpness(shown.before)
    # The file has the same picture, and the slider shows the photo that was brought.
    assert sharpness(shown.downloaded.read_bytes()) == sharpness(shown.after)
    assert sharpness(blurred_photo.read_bytes()) == sharpness(shown.before)


@pytest.mark.reference
def test_a_real_photo_comes_back_sharper(page, reference_data, tmp_path):
    choose_network(page, OURS)
    choose(page, reference_data / "real_blur" / "house.jpg")
    shown = restore(page, tmp_path)
    assert sharpness(shown.after) > 1.045 * sharpness(shown.before)


def test_a_stack_has_a_depth(page, stack, blurred_photo, tmp_path):
    page.locator("#depth").wait_for()
    page.locator("#depth input[type=number]").fill("1")
    choose(page, blurred_photo)
    shown = restore(page, tmp_path)
    assert "restored by tiny, depth 1 of 3, in " in shown.said
    deblur = Deblurrer(*stack.split("="))
    photo, restored = (read_image(path).pixels for path in (blurred_photo, shown.downloaded))
    np.testing.assert_array_equal(restored, deblur.at_depth(1)(photo))
    assert not np.array_equal(restored, deblur(photo))
    choose_network(page, OURS)
    page.locator("#depth").wait_for(state="hidden")


def test_another_photo_takes_the_result_away(page, blurred_photo, tmp_path):
    choose(page, blurred_photo)
    restore(page, tmp_path)
    clear(page)
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


def test_a_server_ends_at_once_and_a_photo_is_taken_away_at_once(slow, tmp_path):
    network, photo = slow
    with running_demo(network, temporary=tmp_path) as (address, process):
        with open_page(address) as page:
            choose(page, photo)
            page.locator("#go:not([disabled])").click()
            wait_until(lambda: list(tmp_path.glob(f"{_FOLDER}/visits/*/results_0")))
            clear(page)
            page.locator("#go[disabled]").wait_for()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    assert list(tmp_path.glob(_FOLDER)) == []


def test_requests_that_the_page_does_not_make(demo):
    for path in ("process_recording", "vibe-edit"):
        posted = urllib.request.Request(f"{demo[0]}/gradio_api/{path}", b"x")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(posted, timeout=20)
        refused.value.close()
        assert refused.value.code == 404


def test_a_server_that_is_full_says_so(blurred_photo, tmp_path):
    with running_demo("--max_stored_mb=0.1", temporary=tmp_path) as (address, _):
        with open_page(address) as page:
            choose(page, blurred_photo)
            page.get_by_text("no room for more photos").first.wait_for()
        assert files(tmp_path) == []


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
    wait_until(lambda: not files(folder))


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


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no 127.0.0.2")
@pytest.mark.parametrize(
    ("flags", "reached"), [([], ["127.0.0.1"]), (["--host=0.0.0.0"], ["127.0.0.1", "127.0.0.2"])]
)
def test_it_listens_at_one_address_unless_told(stack, tmp_path, flags, reached):
    """A server for all addresses of the machine would answer at 127.0.0.2 as well."""
    with running_demo(stack, *flags, temporary=tmp_path) as (address, _):
        port = int(address.rpartition(":")[2])
        assert [host for host in ("127.0.0.1", "127.0.0.2") if answers(host, port)] == reached


@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
def test_it_may_listen_at_an_address_of_ipv6(stack, tmp_path):
    with running_demo(stack, "--host=::1", temporary=tmp_path) as (address, _):
        assert address.startswith("http://[::1]:")
        with urllib.request.urlopen(address, timeout=20) as response:
            assert response.status == 200
