"""What is read from image files of many kinds, and which are refused."""

import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests.reference import image_files
from tests.reference.image_files import ICC_PROFILE, chunk, exif, png_16, transpose
from tfdeblur.errors import InputError
from tfdeblur.images.reader import read_header, read_image


@pytest.fixture
def path(tmp_path):
    return tmp_path / "picture"


@pytest.fixture
def rgb8(rng):
    return rng.integers(0, 256, (6, 4, 3)).astype(np.uint8)


@pytest.fixture
def rgb16(rng):
    return rng.integers(0, 65536, (6, 4, 3)).astype(np.uint16)


def write_tiff(path, array, **options):
    options = {"photometric": "rgb" if array.ndim == 3 else "minisblack", **options}
    tifffile.imwrite(path, array, metadata=None, **options)


def orientation_tag(orientation):
    return {"extratags": [(image_files.ORIENTATION, "H", 1, orientation, True)]}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "PNG-16", "TIFF-16", "late"])
def test_every_orientation_is_shown_upright(path, rgb8, rgb16, kind, orientation):
    stored = rgb16 if kind in ("PNG-16", "TIFF-16", "late") else rgb8
    block = exif(orientation)
    match kind:
        case "PNG-16":
            path.write_bytes(png_16(stored, before=chunk(b"eXIf", block[6:])))
        case "late":
            path.write_bytes(png_16(stored, after=chunk(b"eXIf", block[6:])))
        case "TIFF" | "TIFF-16":
            write_tiff(path, stored, **orientation_tag(orientation))
        case _:
            options = {"quality": 95} if kind == "JPEG" else {"lossless": True}
            Image.fromarray(stored).save(path, kind, exif=block, **options)
            if kind == "JPEG":
                stored = np.asarray(Image.open(path))
    photo = read_image(path)
    np.testing.assert_array_equal(photo.pixels, transpose(stored, orientation))
    if not kind.startswith("TIFF"):
        kept = Image.Exif()
        kept.load(photo.exif)
        assert kept[image_files.ORIENTATION] == 1
        assert kept[image_files.MAKE] == "Maker"
        assert kept.get_ifd(0x8769)[0x829A] == 0.125


@pytest.mark.parametrize("gray", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {"compression": "zlib", "predictor": True},
        {"byteorder": ">"},
        {"tile": (16, 16)},
        {"bigtiff": True},
    ],
)
def test_tiff_flavours_at_16_bits(path, rgb16, options, gray):
    array = rgb16[..., 0] if gray else rgb16
    write_tiff(path, array, **options)
    np.testing.assert_array_equal(read_image(path).pixels, rgb16[..., : 1 if gray else 3])


def test_white_is_zero_at_16_bits(path, rgb16):
    write_tiff(path, rgb16[..., 0], photometric="miniswhite")
    np.testing.assert_array_equal(read_image(path).pixels[..., 0], 65535 - rgb16[..., 0])


def test_premultiplied_alpha_at_16_bits_is_divided_out(path):
    array = np.full((3, 2, 4), (10000, 20000, 0, 32768), np.uint16)
    write_tiff(path, array, extrasamples=["assocalpha"])
    photo = read_image(path)
    assert photo.pixels[0, 0].tolist() == [20000, 39999, 0]
    assert photo.alpha[0, 0, 0] == 32768


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_channels_of_16_bit_png(path, rng, channels):
    array = rng.integers(0, 65536, (5, 7, channels)).astype(np.uint16)
    path.write_bytes(png_16(array))
    photo = read_image(path)
    np.testing.assert_array_equal(photo.with_alpha(), array)
    assert (photo.alpha is not None) == (channels in (2, 4))


@pytest.mark.parametrize("channels", [1, 3])
def test_transparent_colour_of_16_bit_png(path, rng, channels):
    array = rng.integers(0, 65536, (5, 7, channels)).astype(np.uint16)
    colour = struct.pack(f">{channels}H", *map(int, array[2, 3]))
    path.write_bytes(png_16(array, before=chunk(b"tRNS", colour)))
    photo = read_image(path)
    np.testing.assert_array_equal(photo.pixels, array)
    assert np.argwhere(photo.alpha[..., 0] == 0).tolist() == [[2, 3]]
    assert photo.alpha.max() == 65535


@pytest.mark.parametrize(
    ("mode", "file_format", "options", "expected_mode"),
    [
        ("P", "PNG", {}, "RGB"),
        ("P", "PNG", {"transparency": 1}, "RGBA"),
        ("P", "PNG", {"transparency": bytes([0, 100, 255])}, "RGBA"),
        ("L", "PNG", {"transparency": 3}, "LA"),
        ("1", "PNG", {}, "L"),
        ("1", "TIFF", {}, "L"),
        ("LA", "TIFF", {}, "LA"),
        ("CMYK", "JPEG", {}, "RGB"),
        ("CMYK", "TIFF", {}, "RGB"),
        ("P", "BMP", {}, "RGB"),
    ],
)
def test_other_modes_become_gray_or_rgb(path, rgb8, mode, file_format, options, expected_mode):
    image = Image.fromarray(rgb8)
    image = image.quantize(4) if mode == "P" else image.convert(mode)
    image.save(path, file_format, icc_profile=ICC_PROFILE, **options)
    photo = read_image(path)
    expected = np.asarray(Image.open(path).convert(expected_mode))
    np.testing.assert_array_equal(np.squeeze(photo.with_alpha()), expected)
    # A profile for inks does not describe the RGB that was made of them.
    assert photo.icc_profile == (None if mode == "CMYK" or file_format == "BMP" else ICC_PROFILE)


def test_the_first_picture_of_a_phone_jpeg_is_read(path, rgb8):
    first, second = Image.fromarray(rgb8), Image.fromarray(255 - rgb8)
    first.save(path, "MPO", save_all=True, append_images=[second], quality=95)
    first.save(alone := io.BytesIO(), "JPEG", quality=95)
    np.testing.assert_array_equal(read_image(path).pixels, np.asarray(Image.open(alone)))


def test_content_counts_and_not_the_suffix(tmp_path, rgb8):
    path = tmp_path / "png_named.jpg"
    Image.fromarray(rgb8).save(path, "PNG")
    np.testing.assert_array_equal(read_image(path).pixels, rgb8)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    "block", [b"garbage", exif(6)[6:40], b"MM\0*\0\0\xff\xff", b"II*\0\x08\0\0\0\xff\xff"]
)
def test_damaged_exif_is_no_reason_to_refuse_a_picture(path, rgb8, file_format, block):
    Image.fromarray(rgb8).save(path, file_format, exif=b"Exif\0\0" + block)
    assert sorted(read_image(path).pixels.shape) == sorted(rgb8.shape)


def _frames(path, file_format, rgb):
    more = [Image.fromarray(255 - rgb)]
    Image.fromarray(rgb).save(path, file_format, save_all=True, append_images=more)


REFUSED = {
    "animated PNG": (lambda path, a: _frames(path, "PNG", a), "2 frames"),
    "animated WebP": (lambda path, a: _frames(path, "WEBP", a), "2 frames"),
    "TIFF of two pages": (lambda path, a: _frames(path, "TIFF", a), "2 frames"),
    "GIF": (lambda path, a: Image.fromarray(a).save(path, "GIF"), "expected PNG"),
    "float16 TIFF": (lambda path, a: write_tiff(path, a[..., 0].astype("f2")), "16 bits"),
    "float32 TIFF": (lambda path, a: write_tiff(path, a[..., 0].astype("f4")), "unsigned"),
    "int32 TIFF": (lambda path, a: write_tiff(path, a[..., 0].astype("i4")), "unsigned"),
    "int16 TIFF": (lambda path, a: write_tiff(path, a[..., 0].astype("i2")), "16-bit samples"),
    "int8 TIFF": (lambda path, a: write_tiff(path, a[..., 0].astype("i1")), "unsigned"),
    "16-bit colour planes": (
        lambda path, a: write_tiff(
            path, a.transpose(2, 0, 1).astype("u2"), planarconfig="separate"
        ),
        "interleaved",
    ),
    "nothing": (lambda path, _: path.write_bytes(b""), "0 bytes"),
    "text": (lambda path, _: path.write_text("a photograph"), "not an image"),
    "directory": (lambda path, _: path.mkdir(), "directory"),
    "missing": (lambda path, _: None, "no such file"),
}


@pytest.mark.parametrize(
    ("function", "kind"),
    [(read_image, kind) for kind in REFUSED]
    # Where the header alone tells.
    + [(read_header, kind) for kind in ("GIF", "nothing", "text", "directory", "missing")],
)
def test_files_that_cannot_be_restored_are_refused_in_one_line(path, rgb8, function, kind):
    write, message = REFUSED[kind]
    write(path, rgb8)
    with pytest.raises(InputError, match=message) as error:
        function(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "kind", ["PNG", "JPEG", "progressive", "TIFF", "WEBP", "BMP", "PNG-16", "TIFF-16", "deflated"]
)
def test_truncated_files_are_refused(path, rng, kind):
    rgb = rng.integers(0, 65536, (24, 20, 3)).astype(np.uint16)
    match kind:
        case "PNG-16":
            path.write_bytes(png_16(rgb))
        case "TIFF-16" | "deflated":
            write_tiff(path, rgb, compression="zlib" if kind == "deflated" else None)
        case _:
            file_format = "JPEG" if kind == "progressive" else kind
            options = {"progressive": True} if kind == "progressive" else {}
            Image.fromarray((rgb >> 8).astype(np.uint8)).save(path, file_format, **options)
    data = path.read_bytes()
    read_image(path)
    # Nothing is missed where only the end mark of a PNG (12 bytes, and its checksum) is cut off.
    for length in range(1, len(data) - 20, len(data) // 40):
        path.write_bytes(data[:length])
        with pytest.raises(InputError):
            read_image(path)


@pytest.mark.filterwarnings("error")
def test_damaged_exif_is_no_warning(path, rgb8):
    block = exif(6)
    Image.fromarray(rgb8).save(path, "JPEG", exif=block[:-20])
    header = read_header(path)
    assert (header.height, header.width) == (6, 4)
    assert read_image(path).pixels.shape[-1] == 3
