"""What is read from image files of many kinds, and which are refused."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageFile

from tests.reference import image_files
from tests.reference.image_files import ICC_PROFILE, chunk, exif, png_16, transpose
from tfdeblur.errors import InputError
from tfdeblur.images.photo import Photo
from tfdeblur.images.reader import read_header, read_image
from tfdeblur.images.writer import write_image


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
    "int16 TIFF": (lambda path, a: write_tiff(path, a[..., 0].astype("i2")), "unsigned"),
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


def packed_tiff(bits, samples=1, order="<"):
    """A TIFF of 8x4 pixels whose samples lie side by side without gaps."""
    values = np.arange(32 * samples) % 2**bits
    packed = np.packbits(((values[:, None] >> np.arange(bits)[::-1]) & 1).astype(np.uint8))
    num_fields = 8
    pixels_at = 8 + 2 + 12 * num_fields + 4
    depths = (pixels_at + len(packed)) if samples > 2 else bits
    fields = [
        (256, 3, 1, 8),
        (257, 3, 1, 4),
        (258, 3, samples, depths),
        (259, 3, 1, 1),
        (262, 3, 1, 1 if samples == 1 else 2),
        (273, 4, 1, pixels_at),
        (277, 3, 1, samples),
        (279, 4, 1, len(packed)),
    ]
    data = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, num_fields)
    for tag, kind, count, value in fields:
        layout = "HHIHxx" if kind == 3 and count == 1 else "HHII"
        data += struct.pack(order + layout, tag, kind, count, value)
    data += bytes(4) + packed.tobytes()
    return data + struct.pack(f"{order}{samples}H", *[bits] * samples)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_depths_are_refused_by_their_depth(path, bits, samples, order):
    path.write_bytes(packed_tiff(bits, samples, order))
    assert read_header(path).width == 8
    with pytest.raises(InputError, match=f"stores {bits} bits per sample; expected 8 or 16"):
        read_image(path)


BANDS = {
    "CMYK16": ({"photometric": "separated"}, 4, "u2", "is CMYK with 16 bits"),
    "Lab16": ({"photometric": "cielab"}, 3, "u2", "is Lab with 16 bits"),
    "Lab8": ({"photometric": "cielab"}, 3, "u1", "is Lab with 8 bits"),
    "4 bands": ({"photometric": "minisblack", "planarconfig": "contig"}, 4, "u2", "holds 4 bands"),
    "5 bands": ({"photometric": "minisblack", "planarconfig": "contig"}, 5, "u1", "holds 5 bands"),
    "RGB and another": ({"photometric": "rgb", "extrasamples": [0]}, 4, "u1", "holds 4 bands"),
    "RGB and two": ({"photometric": "rgb", "extrasamples": [0, 0]}, 5, "u2", "holds 5 bands"),
}


@pytest.mark.parametrize("kind", BANDS)
def test_other_bands_are_refused_as_what_they_are(path, kind):
    options, bands, dtype, message = BANDS[kind]
    write_tiff(path, np.ones((6, 8, bands), dtype), **options)
    with pytest.raises(InputError, match=message):
        read_image(path)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_gray_with_alpha_of_16_bits(path, rng, compression, orientation, byteorder):
    stored = rng.integers(0, 65536, (6, 8, 2)).astype(np.uint16)
    write_tiff(
        path,
        stored,
        photometric="minisblack",
        planarconfig="contig",
        extrasamples=["unassalpha"],
        compression=compression,
        byteorder=byteorder,
        **orientation_tag(orientation),
    )
    expected = transpose(stored, orientation)
    np.testing.assert_array_equal(read_image(path).with_alpha(), expected)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_thumbnail_page_is_no_second_picture(path, rng, dtype, place):
    main = rng.integers(0, np.iinfo(dtype).max, (12, 10, 3)).astype(dtype)
    pages = [(main, 0)]
    pages.insert(place, (main[:4, :4], 1))
    with tifffile.TiffWriter(path) as file:
        for page, subfiletype in pages:
            file.write(page, photometric="rgb", subfiletype=subfiletype, metadata=None)
    assert read_header(path).num_frames == 1
    np.testing.assert_array_equal(read_image(path).pixels, main)


TEXT = b"Comment\0\0"


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("is_behind", [False, True])
@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_large_text_of_png_is_carried_along(tmp_path, path, rgb16, depth, is_behind, kind):
    compressed = zlib.compress(bytes(5_000_000))
    text = chunk(kind, (TEXT if kind == b"zTXt" else b"Comment\0\1\0\0\0") + compressed)
    data = png_16(rgb16)
    if depth == 8:
        Image.fromarray((rgb16 >> 8).astype(np.uint8)).save(path, "PNG")
        data = path.read_bytes()
    at = len(data) - 12 if is_behind else 33
    path.write_bytes(data[:at] + text + data[at:])
    assert read_header(path).height == 6
    photo = read_image(path)
    np.testing.assert_array_equal(photo.pixels, rgb16 if depth == 16 else rgb16 >> 8)
    write_image(tmp_path / "copy.png", photo)
    assert text in (tmp_path / "copy.png").read_bytes()


@pytest.mark.parametrize(("size", "is_kept"), [(2_000_000, True), (17_000_000, False)])
def test_a_large_profile_of_png_is_kept_within_a_bound(path, rgb16, size, is_kept):
    profile = bytes(size)
    path.write_bytes(png_16(rgb16, before=chunk(b"iCCP", b"p\0\0" + zlib.compress(profile))))
    photo = read_image(path)
    assert (photo.icc_profile == profile) == is_kept
    assert photo.lost == (() if is_kept else ("a color profile of more than 16 MB",))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("orientation", [1, 6])
def test_what_describes_the_colors_of_png_is_copied(tmp_path, path, rgb16, depth, orientation):
    chunks = {
        b"gAMA": struct.pack(">I", 100000),
        b"cHRM": struct.pack(">8I", *range(1000, 9000, 1000)),
        b"cICP": bytes([9, 16, 0, 1]),
        b"sRGB": b"\1",
        b"pHYs": struct.pack(">IIB", 2835, 5670, 1),
        b"tEXt": "Author\0Jürgen".encode("latin-1"),
        b"zTXt": b"Comment\0\0" + zlib.compress(b"said"),
        b"iTXt": b"Title\0\0\0de\0Titel\0" + "写真".encode(),
    }
    before = b"".join(chunk(*item) for item in chunks.items())
    before += chunk(b"eXIf", exif(orientation)[6:])
    if depth == 16:
        path.write_bytes(png_16(rgb16, before=before))
    else:
        Image.fromarray((rgb16 >> 8).astype(np.uint8)).save(path, "PNG")
        data = path.read_bytes()
        path.write_bytes(data[:33] + before + data[33:])
    assert write_image(tmp_path / "copy.png", read_image(path)) == ()
    if orientation == 6:
        chunks[b"pHYs"] = struct.pack(">IIB", 5670, 2835, 1)
    copied = (tmp_path / "copy.png").read_bytes()
    for item in chunks.items():
        assert copied.count(chunk(*item)) == 1, item


@pytest.mark.parametrize("suffix", [".heic", ".avif"])
def test_pictures_of_phones(tmp_path, rng, suffix):
    pytest.importorskip("pillow_heif")
    smooth = np.linspace(0, 200, 32 * 24 * 3).reshape(32, 24, 3).astype(np.uint8)
    source, target = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    write_image(source, Photo(smooth, exif=exif(1), icc_profile=None))
    photo = read_image(source)
    assert np.abs(photo.pixels.astype(int) - smooth).mean() < 3
    assert write_image(target, photo) == ()
    kept = Image.Exif()
    kept.load(read_image(target).exif)
    assert kept[image_files.MAKE] == "Maker"
    if suffix == ".avif":  # its decoder compares this box with what is coded
        return
    data = source.read_bytes()
    at = data.index(b"pixi") + 9
    source.write_bytes(data[:at] + b"\x0a" * 3 + data[at + 3 :])
    with pytest.raises(InputError, match="stores 10 bits per channel; expected 8"):
        read_image(source)


def test_a_photo_is_opened_once_and_judged_before_it_is_decoded(path, rgb8, monkeypatch):
    Image.fromarray(rgb8).save(path, "PNG")
    opened = []
    original = Path.open
    monkeypatch.setattr(
        Path, "open", lambda self, *args: opened.append(self) or original(self, *args)
    )

    def refuse(header):
        raise InputError(f"has {header.height} rows")

    read_image(path, lambda header: None)
    assert opened.count(path) == 1
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda *_: pytest.fail("decoded"))
    with pytest.raises(InputError, match="picture: has 6 rows"):
        read_image(path, refuse)
