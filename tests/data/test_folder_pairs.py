"""Folders of pairs: what is taken, and what is refused by name."""

import os

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFile

from tests.data.pairs import write_pairs
from tests.reference.image_files import exif
from tfdeblur.data.folder_pairs import SIDES, folder_pairs
from tfdeblur.errors import InputError
from tfdeblur.images.opening import LIMIT_VARIABLE


@pytest.fixture
def root(tmp_path):
    return write_pairs(tmp_path / "root", num_pairs=3)


def names(source):
    return [record["name"].decode() for record in source.records.as_numpy_iterator()]


@pytest.mark.parametrize("sides", SIDES, ids="-".join)
def test_known_names_of_the_two_sides(tmp_path, sides):
    source = folder_pairs(write_pairs(tmp_path, 2, sides))
    assert source.num_pairs == 2
    assert names(source) == ["clip/000", "clip/001"]


def test_two_folders(root):
    source = folder_pairs(blur_dir=root / "input" / "clip", sharp_dir=root / "target" / "clip")
    assert names(source) == ["000", "001", "002"]


def test_partners_may_differ_in_format(root):
    sharp = root / "target" / "clip" / "001.png"
    cv2.imwrite(str(sharp.with_suffix(".jpg")), cv2.imread(str(sharp)))
    sharp.unlink()
    assert folder_pairs(root).num_pairs == 3


def refused(root, *expected):
    with pytest.raises(InputError) as caught:
        folder_pairs(root)
    for text in expected:
        assert text in str(caught.value)


def test_missing_partners_are_named(root):
    (root / "target" / "clip" / "001.png").unlink()
    (root / "input" / "clip" / "002.png").unlink()
    refused(root, "input/clip/001.png: no partner", "target/clip/002.png: no partner")


def test_two_images_of_one_name_are_named(root):
    image = cv2.imread(str(root / "input" / "clip" / "001.png"))
    cv2.imwrite(str(root / "input" / "clip" / "001.jpg"), image)
    refused(root, "clip/001.png: has the name of", "clip/001.jpg")


def test_pairs_of_different_sizes_are_named(root):
    cv2.imwrite(str(root / "input" / "clip" / "001.png"), np.zeros((10, 20, 3), np.uint8))
    refused(root, "001.png: is 20x10 pixels, its partner", "48x48")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_truncated_files_are_named(root, suffix):
    image = cv2.imread(str(root / "input" / "clip" / "001.png"))
    for side in ("input", "target"):
        (root / side / "clip" / "001.png").unlink()
        cv2.imwrite(str(root / side / "clip" / f"001{suffix}"), image)
    file = root / "input" / "clip" / f"001{suffix}"
    file.write_bytes(file.read_bytes()[:-20])
    refused(root, f"clip/001{suffix}: the file is truncated")


def test_empty_files_and_other_files_are_named(root):
    (root / "input" / "clip" / "000.png").write_bytes(b"")
    (root / "input" / "clip" / "001.png").write_text("not an image")
    refused(root, "000.png: the file is empty", "001.png: not an image")


def test_only_the_first_ten_are_listed(tmp_path):
    root = write_pairs(tmp_path, num_pairs=13)
    for file in (root / "target" / "clip").glob("*.png"):
        if file.name != "000.png":
            file.unlink()
    refused(root, "and 2 more")


def test_missing_and_empty_folders(tmp_path):
    refused(tmp_path, "expected a folder that holds input/ and target/")
    for side in ("input", "target"):
        (tmp_path / side).mkdir()
    refused(tmp_path, "holds no images; expected files ending in")
    with pytest.raises(InputError, match="no such folder"):
        folder_pairs(blur_dir=tmp_path / "a", sharp_dir=tmp_path / "b")
    with pytest.raises(InputError, match="one folder of a pair"):
        folder_pairs(blur_dir=tmp_path)


def test_fingerprint_changes_with_any_file(root):
    before = folder_pairs(root).fingerprint
    assert folder_pairs(root).fingerprint == before
    sharp = root / "target" / "clip" / "001.png"
    image = cv2.imread(str(sharp))
    image[0, 0] += 1
    cv2.imwrite(str(sharp), image)
    assert folder_pairs(root).fingerprint != before


def test_some_pairs_of_a_source_in_its_order(root):
    source = folder_pairs(root).select([2, 0])
    assert source.num_pairs == 2
    assert names(source) == ["clip/000", "clip/002"]
    # Again by their positions among those that are left.
    assert names(source.select([1])) == ["clip/002"]
    assert names(source.select([])) == []


def test_files_that_tensorflow_decodes_otherwise_than_they_look_are_named(root):
    folder = root / "input" / "clip"
    image = Image.open(folder / "000.png").convert("RGB")
    image.save(folder / "000.png", exif=exif(3))
    (folder / "001.png").unlink()
    image.quantize(16).save(folder / "001.bmp")
    frames = [image, image.point(lambda value: 255 - value)]
    image.save(folder / "002.png", save_all=True, append_images=frames)
    refused(
        root,
        "000.png: is stored turned or mirrored (EXIF orientation 3)",
        "001.bmp: is a BMP with a table of colours",
        "002.png: holds 3 frames",
    )


def test_the_content_counts_and_not_the_suffix(root):
    path = root / "input" / "clip" / "001.png"
    Image.open(path).save(path, "WEBP")
    refused(root, "001.png: is WEBP in spite of its name; expected PNG, JPEG or BMP")


def test_images_that_declare_too_much_are_named(root, monkeypatch):
    monkeypatch.setenv(LIMIT_VARIABLE, "100")
    refused(root, "000.png: declares 48x48 pixels", "TFDEBLUR_MAX_PIXELS")


def test_listing_decodes_nothing(root, monkeypatch):
    def decoded(*_):
        raise AssertionError

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)
    assert folder_pairs(root).num_pairs == 3


def test_orientations_that_mean_nothing_are_upright(root):
    path = root / "input" / "clip" / "000.png"
    block = Image.Exif()
    block[0x0112] = 0
    Image.open(path).save(path, exif=block.tobytes())
    assert folder_pairs(root).num_pairs == 3


def test_names_that_are_no_text_are_named(root):
    image = root / "input" / "clip" / "000.png"
    image.rename(image.with_name(os.fsdecode(b"\xff.png")))
    refused(root, "name is no UTF-8")


def test_a_jpeg_that_is_decoded_again_and_again_is_named(root):
    for side in ("input", "target"):
        path = root / side / "clip" / "000.png"
        Image.open(path).save(path.with_suffix(".jpg"), progressive=True)
        path.unlink()
    assert folder_pairs(root).num_pairs == 3
    path = root / "input" / "clip" / "000.jpg"
    data = path.read_bytes()
    scan = data[data.rindex(b"\xff\xda") : -2]
    path.write_bytes(data[:-2] + scan * 200 + data[-2:])
    refused(root, "000.jpg: is a JPEG of 2")
