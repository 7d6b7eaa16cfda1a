"""Written files, seen by this package's reader and by another library."""

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from tests.reference.image_files import ICC_PROFILE, MAKE, exif
from tfdeblur.errors import InputError
from tfdeblur.images.photo import Photo
from tfdeblur.images.reader import read_image
from tfdeblur.images.writer import IMAGE_SUFFIXES, write_image


def make_photo(rng, channels, has_alpha, dtype, **blocks):
    def values(count):
        # Smooth, so that lossy formats come close.
        slope = np.linspace(0, np.iinfo(dtype).max * 0.9, 16 * 12 * count)
        return slope.reshape(16, 12, count).astype(dtype) + rng.integers(0, 9, (1, 1, count), dtype)

    return Photo(values(channels), values(1) if has_alpha else None, **blocks)


LOSSLESS = [(s, np.uint8) for s in (".png", ".tif", ".TIFF", ".bmp")]
LOSSLESS += [(s, np.uint16) for s in (".png", ".tiff")]


@pytest.mark.parametrize(("suffix", "dtype"), LOSSLESS)
@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_lossless_round_trip(rng, tmp_path, suffix, dtype, channels, has_alpha):
    photo, path = make_photo(rng, channels, has_alpha, dtype), tmp_path / f"a{suffix}"
    write_image(path, photo)
    read = read_image(path)
    expected = photo.with_alpha()
    if (suffix, channels, has_alpha) == (".bmp", 1, True):  # BMP has no gray with alpha
        expected = expected[..., [0, 0, 0, 1]]
    np.testing.assert_array_equal(read.with_alpha(), expected)
    assert read.pixels.dtype == dtype
    assert (read.alpha is not None) == has_alpha


@pytest.mark.parametrize(("suffix", "channels"), [(".jpg", 1), (".jpeg", 3), (".webp", 3)])
def test_lossy_round_trip_comes_close(rng, tmp_path, suffix, channels):
    photo, path = make_photo(rng, channels, False, np.uint8), tmp_path / f"a{suffix}"
    write_image(path, photo)
    read = read_image(path).pixels
    assert read.shape == photo.pixels.shape
    assert np.abs(read.astype(int) - photo.pixels).mean() < 3


def test_webp_keeps_alpha_exactly(rng, tmp_path):
    photo, path = make_photo(rng, 3, True, np.uint8), tmp_path / "a.webp"
    write_image(path, photo)
    np.testing.assert_array_equal(read_image(path).alpha, photo.alpha)


CARRIERS = [(s, np.uint8) for s in (".png", ".jpg", ".tif", ".webp")]
CARRIERS += [(s, np.uint16) for s in (".png", ".tif")]


@pytest.mark.parametrize(("suffix", "dtype"), CARRIERS)
@pytest.mark.parametrize("channels", [1, 3])
def test_colour_profile_is_kept(rng, tmp_path, suffix, dtype, channels):
    photo = make_photo(rng, channels, False, dtype, icc_profile=ICC_PROFILE)
    path = tmp_path / f"a{suffix}"
    write_image(path, photo)
    assert read_image(path).icc_profile == ICC_PROFILE
    with Image.open(path) as image:
        assert image.info["icc_profile"] == ICC_PROFILE


@pytest.mark.parametrize(("suffix", "dtype"), [c for c in CARRIERS if c[0] != ".tif"])
def test_a_rotated_picture_is_not_rotated_twice(rng, tmp_path, suffix, dtype):
    before = make_photo(rng, 3, False, dtype, exif=exif(orientation=6))
    source, target = tmp_path / f"source{suffix}", tmp_path / f"target{suffix}"
    write_image(source, before)
    read = read_image(source)
    write_image(target, read)
    with Image.open(source) as stored, Image.open(target) as written:
        assert ImageOps.exif_transpose(stored).size == written.size == (16, 12)
        assert ImageOps.exif_transpose(written).size == written.size
        assert written.getexif()[MAKE] == "Maker"
        assert written.getexif().get_ifd(0x8769)[0x829A] == 0.125


def test_a_rotated_16_bit_tiff_is_not_rotated_twice(rng, tmp_path):
    photo = make_photo(rng, 3, False, np.uint16)
    source, target = tmp_path / "source.tif", tmp_path / "target.tif"
    tifffile.imwrite(source, photo.pixels, photometric="rgb", extratags=[(274, "H", 1, 6, True)])
    write_image(target, read_image(source))
    with tifffile.TiffFile(target) as file:
        assert file.pages[0].shape == (12, 16, 3)
        assert 274 not in file.pages[0].tags or file.pages[0].tags[274].value == 1


@pytest.mark.parametrize(
    ("suffix", "dtype", "has_alpha", "message"),
    [
        (".jpg", np.uint16, False, "16 bits"),
        (".webp", np.uint16, False, "16 bits"),
        (".bmp", np.uint16, True, "16 bits"),
        (".jpg", np.uint8, True, "alpha"),
        (".gif", np.uint8, False, "suffix '.gif'"),
        ("", np.uint8, False, "suffix ''"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(rng, tmp_path, suffix, dtype, has_alpha, message):
    path = tmp_path / f"a{suffix}"
    with pytest.raises(InputError, match=message) as error:
        write_image(path, make_photo(rng, 3, has_alpha, dtype))
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", sorted(IMAGE_SUFFIXES))
def test_a_failure_keeps_the_old_file_and_leaves_nothing(rng, tmp_path, monkeypatch, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")

    def write_half(image, file, *_, **__):
        file.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Image.Image, "save", write_half)
    with pytest.raises(OSError, match="disk full"):
        write_image(path, make_photo(rng, 3, False, np.uint8))
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [(path.name, b"old")]
