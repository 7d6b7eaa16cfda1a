"""An upload that nobody vouches for, and what is made of it."""

import numpy as np
import pytest
from PIL import Image

from tfdeblur.demo_page.restoration import restore_photo
from tfdeblur.errors import InputError
from tfdeblur.images.photo import Photo
from tfdeblur.images.reader import read_image
from tfdeblur.images.writer import write_image


def inverted(pixels):
    return np.iinfo(pixels.dtype).max - pixels


def restored(path, tmp_path, max_pixels=10**6):
    folder = tmp_path / "results"
    folder.mkdir()
    return restore_photo(inverted, path, folder, max_pixels)


@pytest.fixture
def pixels():
    return np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8)


def test_before_after_and_the_file(tmp_path, pixels):
    write_image(tmp_path / "cat.png", Photo(pixels))
    made = restored(tmp_path / "cat.png", tmp_path)
    assert made.restored.name == "cat_restored.png"
    assert (made.height, made.width) == (20, 30)
    assert 0 <= made.seconds < 60
    np.testing.assert_array_equal(read_image(made.before).pixels, pixels)
    np.testing.assert_array_equal(read_image(made.after).pixels, 255 - pixels)
    np.testing.assert_array_equal(read_image(made.restored).pixels, 255 - pixels)


@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_stay_in_the_file_and_8_are_shown(tmp_path, channels):
    pixels = np.full((5, 7, channels), 0x1234, np.uint16)
    write_image(tmp_path / "deep.png", Photo(pixels))
    made = restored(tmp_path / "deep.png", tmp_path)
    np.testing.assert_array_equal(read_image(made.restored).pixels, 0xFFFF - pixels)
    assert np.unique(read_image(made.before).pixels).tolist() == [0x12]
    assert np.unique(read_image(made.after).pixels).tolist() == [0xED]


def test_what_is_shown_tells_nothing_of_the_camera(tmp_path, pixels):
    exif = Image.Exif()
    exif[0x010F] = "a maker"
    Image.fromarray(pixels).save(tmp_path / "cat.jpg", exif=exif)
    made = restored(tmp_path / "cat.jpg", tmp_path)
    with Image.open(made.restored) as file:
        assert file.getexif()[0x010F] == "a maker"
    for shown in (made.before, made.after):
        with Image.open(shown) as file:
            assert not file.getexif()


def test_large_photos_are_shown_smaller(tmp_path):
    write_image(tmp_path / "wide.png", Photo(np.zeros((10, 3200, 3), np.uint8)))
    made = restored(tmp_path / "wide.png", tmp_path)
    assert read_image(made.before).pixels.shape == (5, 1600, 3)
    assert read_image(made.after).pixels.shape == (5, 1600, 3)
    assert read_image(made.restored).pixels.shape == (10, 3200, 3)


def test_too_many_pixels(tmp_path, pixels):
    write_image(tmp_path / "cat.png", Photo(pixels))
    with pytest.raises(InputError, match=r"30x20 pixels; expected at most 0\.0005 million"):
        restored(tmp_path / "cat.png", tmp_path, max_pixels=500)
    assert list((tmp_path / "results").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cat.exe", b"MZ", "expected a photo ending in"),
        ("cat", b"", "expected a photo ending in"),
        ("cat.png", b"<svg/>", "cat.png"),
        ("cat.jpg", b"", "cat.jpg"),
    ],
)
def test_what_is_no_photo(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        restored(tmp_path / name, tmp_path)
    assert str(tmp_path) not in str(caught.value)
    assert list((tmp_path / "results").iterdir()) == []
