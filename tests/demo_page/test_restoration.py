"""An upload that nobody vouches for, and what is made of it."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tfdeblur.demo_page.restoration import restore_photo
from tfdeblur.errors import InputError
from tfdeblur.images.photo import Photo
from tfdeblur.images.reader import read_image
from tfdeblur.images.writer import write_image


def restored(content, name="cat.png", max_pixels=10**6):
    with tempfile.TemporaryDirectory(prefix="private_") as folder:
        made = restore_photo(lambda pixels: ~pixels, content, name, max_pixels, folder)
        assert list(Path(folder).iterdir()) == []
        return made


def png(folder, pixels):
    write_image(folder / "photo.png", Photo(pixels))
    return (folder / "photo.png").read_bytes()


def pixels_in(folder, content):
    (folder / "made.png").write_bytes(content)
    return read_image(folder / "made.png").pixels


@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_stay_in_the_file_and_8_are_shown(tmp_path, channels):
    made = restored(png(tmp_path, np.full((5, 7, channels), 0x1234, np.uint16)))
    assert (made.name, made.height, made.width) == ("cat_restored.png", 5, 7)
    assert np.unique(pixels_in(tmp_path, made.restored)) == 0xFFFF - 0x1234
    assert np.unique(pixels_in(tmp_path, made.before)) == 0x12
    assert np.unique(pixels_in(tmp_path, made.after)) == 0xED


def test_what_is_shown_tells_nothing_of_the_camera():
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x010F] = "a maker"
    Image.new("RGB", (9, 8)).save(file, "JPEG", exif=exif)
    made = restored(file.getvalue(), "cat.jpg")
    makers = [
        Image.open(io.BytesIO(content)).getexif().get(0x010F)
        for content in (made.restored, made.before, made.after)
    ]
    assert makers == ["a maker", None, None]


def test_large_photos_are_shown_smaller(tmp_path):
    made = restored(png(tmp_path, np.zeros((10, 3200, 3), np.uint8)))
    assert pixels_in(tmp_path, made.before).shape == (5, 1600, 3)
    assert pixels_in(tmp_path, made.after).shape == (5, 1600, 3)
    assert pixels_in(tmp_path, made.restored).shape == (10, 3200, 3)


def test_too_many_pixels(tmp_path):
    with pytest.raises(InputError, match=r"^cat.png: has 30x20 pixels; expected .* 0\.0005 mil"):
        restored(png(tmp_path, np.zeros((20, 30, 3), np.uint8)), max_pixels=500)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cat.exe", b"MZ", "expected a photo ending in"),
        ("", b"", "expected a photo ending in"),
        ("../cat.png", b"<svg/>", r"^\.\./cat.png: "),
        ("cat\0.jpg", b"", "^cat\0.jpg: "),
    ],
)
def test_what_is_no_photo(name, content, said):
    with pytest.raises(InputError, match=said) as caught:
        restored(content, name)
    assert "private_" not in str(caught.value)
