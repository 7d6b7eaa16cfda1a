"""Damaged images are found and named before anything is written."""

import hashlib
import io
import zipfile

import pytest
from PIL import Image

from tests.builders.images import image_bytes, write_files, write_zip
from tests.reference.image_files import exif
from tfdeblur.builders.content_check import check_pairs
from tfdeblur.builders.file_source import FolderSource, ZipSource
from tfdeblur.builders.pair_layout import PairFiles
from tfdeblur.errors import InputError
from tfdeblur.images.opening import LIMIT_VARIABLE

PAIR = PairFiles("train", "one/01", blur="blur.img", sharp="sharp.img")


def check(folder, blur, sharp, image_format="png"):
    source = FolderSource(write_files(folder, {PAIR.blur: blur, PAIR.sharp: sharp}))
    return check_pairs(source, [PAIR], image_format)


@pytest.mark.parametrize("image_format", ["png", "jpeg"])
def test_whole_pairs_pass_and_are_summed(tmp_path, image_format):
    blur, sharp = (image_bytes(seed, image_format=image_format) for seed in (1, 2))
    assert check(tmp_path, blur, sharp, image_format) == {
        PAIR.blur: hashlib.sha256(blur).hexdigest(),
        PAIR.sharp: hashlib.sha256(sharp).hexdigest(),
    }


def flipped(data, position):
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


PNG, JPEG = image_bytes(image_format="png"), image_bytes(image_format="jpeg")


@pytest.mark.parametrize(
    ("data", "image_format", "reason"),
    [
        (b"", "png", r"empty \(0 bytes\)"),
        (b"", "jpeg", r"empty \(0 bytes\)"),
        (PNG[:-1], "png", "truncated"),
        (PNG[:-12], "png", "truncated"),
        (PNG[: len(PNG) // 2], "png", "truncated, damaged"),
        (PNG[:10], "png", "truncated, damaged or no PNG"),
        (flipped(PNG, len(PNG) // 2), "png", "truncated, damaged"),
        (JPEG, "png", "truncated, damaged or no PNG"),
        (JPEG[:-1], "jpeg", r"truncated \(no end marker\)"),
        (JPEG[: len(JPEG) // 2], "jpeg", "truncated"),
        (PNG, "jpeg", "truncated, damaged or no JPEG"),
        (b"<html>quota exceeded</html>", "png", "truncated, damaged or no PNG"),
    ],
)
@pytest.mark.parametrize("place", ["blur", "sharp"])
def test_damaged_images_are_named(tmp_path, data, image_format, reason, place):
    images = {"blur": image_bytes(image_format=image_format)}
    images = {"sharp": images["blur"], **images, place: data}
    with pytest.raises(InputError, match=f"{place}.img: {reason}") as error:
        check(tmp_path, **images, image_format=image_format)
    assert "1 files missing or wrong" in str(error.value)
    assert "object at" not in str(error.value)


def jpeg_with_broken_pixels():
    """Its header and its end are sound, and a table between them is not."""
    position = JPEG.index(b"\xff\xc4") + 6
    return JPEG[:position] + b"\xff" * 8 + JPEG[position + 8 :]


def animated_png():
    frames = [Image.new("RGB", (8, 6), (shade, 0, 0)) for shade in (0, 99)]
    file = io.BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "image_format", "reason"),
    [
        (jpeg_with_broken_pixels, "jpeg", "its pixels cannot be decoded"),
        (animated_png, "png", "holds 2 frames"),
        (lambda: turned("PNG"), "png", "EXIF orientation 6"),
        (lambda: turned("JPEG"), "jpeg", "EXIF orientation 6"),
    ],
)
def test_what_would_be_trained_on_otherwise_than_it_looks(tmp_path, make, image_format, reason):
    with pytest.raises(InputError, match=reason):
        check(tmp_path, make(), make(), image_format)


def turned(image_format):
    file = io.BytesIO()
    Image.new("RGB", (8, 6)).save(file, image_format, exif=exif(6))
    return file.getvalue()


def test_an_image_that_declares_too_much_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(LIMIT_VARIABLE, "47")
    with pytest.raises(InputError, match=r"blur.img: declares 8x6 pixels"):
        check(tmp_path, PNG, PNG)


def test_pairs_of_two_sizes_are_named_with_both(tmp_path):
    with pytest.raises(InputError, match=r"blur.img: 8x6, its partner sharp.img is 6x8"):
        check(tmp_path, image_bytes(size=(8, 6)), image_bytes(size=(6, 8)))


def test_the_first_ten_of_many_are_named_in_order(tmp_path):
    pairs = [
        PairFiles("train", f"one/{n:02d}", f"b{n:02d}.png", f"s{n:02d}.png") for n in range(30)
    ]
    files = {path: image_bytes() for pair in pairs for path in (pair.blur, pair.sharp)}
    files |= {pair.blur: b"" for pair in pairs[5:]}
    with pytest.raises(InputError) as error:
        check_pairs(FolderSource(write_files(tmp_path, files)), pairs, "png")
    named = [line.split(":")[0].strip() for line in str(error.value).splitlines()[1:11]]
    assert named == [f"b{n:02d}.png" for n in range(5, 15)]
    assert "with 25 files" in str(error.value)
    assert "and 15 more" in str(error.value)


def test_a_file_damaged_within_a_zip_is_named(tmp_path):
    files = {PAIR.blur: image_bytes(1), PAIR.sharp: image_bytes(2)}
    archive = write_zip(tmp_path / "a.zip", files, zipfile.ZIP_STORED)
    damaged = flipped(files[PAIR.sharp], 100)
    archive.write_bytes(archive.read_bytes().replace(files[PAIR.sharp], damaged))
    with pytest.raises(InputError, match=r"sharp.img: damaged in the archive"):
        check_pairs(ZipSource(archive), [PAIR], "png")
