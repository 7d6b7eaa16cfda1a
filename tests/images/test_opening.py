"""How much an image file may declare before it is decoded."""

import concurrent.futures
import io
import struct
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.reference.image_files import chunk
from tfdeblur.errors import InputError
from tfdeblur.images.opening import LIMIT_VARIABLE, max_pixels, open_image
from tfdeblur.images.reader import read_header, read_image

BOMB = (40_000, 50_000)


@pytest.fixture
def bomb(tmp_path):
    """A PNG that declares two thousand million pixels in 69 bytes."""
    path = tmp_path / "bomb.png"
    header = struct.pack(">IIBBBBB", *reversed(BOMB), 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b""))
    return path


@pytest.mark.parametrize("function", [read_header, read_image])
def test_a_bomb_is_refused_with_what_would_let_it_in(bomb, function):
    with pytest.raises(InputError, match=r"50000x40000.*200 million.*TFDEBLUR_MAX_PIXELS=20000000"):
        function(bomb)


def test_the_environment_raises_the_limit(bomb, monkeypatch):
    monkeypatch.setenv(LIMIT_VARIABLE, str(BOMB[0] * BOMB[1]))
    header = read_header(bomb)
    assert (header.height, header.width) == BOMB


def test_the_environment_lowers_the_limit(tmp_path, monkeypatch):
    path = tmp_path / "photo.png"
    Image.fromarray(np.zeros((20, 30), np.uint8)).save(path)
    monkeypatch.setenv(LIMIT_VARIABLE, "600")
    assert read_image(path).pixels.shape == (20, 30, 1)
    monkeypatch.setenv(LIMIT_VARIABLE, "599")
    with pytest.raises(InputError, match="30x20 pixels"):
        read_image(path)


@pytest.mark.parametrize("text", ["many", "-5", "0", "1e9", "²"])
def test_a_limit_that_is_no_number_is_refused(monkeypatch, text):
    monkeypatch.setenv(LIMIT_VARIABLE, text)
    with pytest.raises(InputError, match=f"{LIMIT_VARIABLE}='{text}'.*expected"):
        max_pixels()


def test_pillows_own_limit_is_left_as_it_was_by_all_threads(bomb):
    before = Image.MAX_IMAGE_PIXELS
    data = bomb.read_bytes()

    def refused(_):
        with pytest.raises(InputError):
            open_image(io.BytesIO(data), ["PNG"])

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(refused, range(200)))
    assert before == Image.MAX_IMAGE_PIXELS


def test_a_jpeg_that_is_decoded_again_and_again_is_refused(tmp_path):
    """Scans without content are a few bytes each, and each takes as long as all of the image."""
    path = tmp_path / "scans.jpg"
    Image.new("RGB", (40, 40)).save(path, progressive=True)
    assert read_image(path).pixels.shape == (40, 40, 3)
    data = path.read_bytes()
    scan = data[data.rindex(b"\xff\xda") : data.rindex(b"\xff\xd9")]
    path.write_bytes(data[:-2] + scan * 200 + data[-2:])
    with pytest.raises(InputError, match=r"scans\.jpg: is a JPEG of 2\d\d scans"):
        read_image(path)


def test_what_pillow_logs_stays_off_the_terminal(tmp_path):
    # In a process of its own: pytest takes hold of Python's logging.
    path = tmp_path / "samples.tif"
    Image.fromarray(np.zeros((8, 9, 3), np.uint8)).save(path)
    samples = struct.pack("<HHIH", 277, 3, 1, 3)
    path.write_bytes(path.read_bytes().replace(samples, struct.pack("<HHIH", 277, 3, 1, 59_139)))
    code = "import sys; from tfdeblur.images.reader import read_image; read_image(sys.argv[1])"
    finished = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1
    assert "InputError" in finished.stderr.splitlines()[-1]
    assert "More samples" not in finished.stderr
