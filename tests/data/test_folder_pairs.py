"""Folders of pairs: what is taken, and what is refused by name."""

import os

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFile

from tests.data.pairs import write_pairs
from tests.reference.image_files import exif
from tfdeblur.data import CropSettings, evaluation_pairs, training_batches
from tfdeblur.data.folder_pairs import folder_pairs
from tfdeblur.data.pair_layouts import SIDES
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


def test_pairs_of_16_bits_keep_them(tmp_path, rng):
    stored = rng.integers(0, 65536, (2, 6, 5, 3)).astype(np.uint16)
    for side, image in zip(("input", "target"), stored, strict=True):
        (tmp_path / side).mkdir()
        assert cv2.imwrite(str(tmp_path / side / "deep.png"), image[..., ::-1])
    # An 8-bit image beside 16-bit ones keeps the same fractions of its largest value.
    shallow = (stored[0] >> 8).astype(np.uint8)
    for side in ("input", "target"):
        cv2.imwrite(str(tmp_path / side / "shallow.png"), shallow[..., ::-1])
        Image.fromarray(shallow).save(tmp_path / side / "shallow2.bmp")
    source = folder_pairs(tmp_path)
    assert source.dtype == "uint16"
    pairs = {pair["name"].decode(): pair for pair in evaluation_pairs(source).as_numpy_iterator()}
    np.testing.assert_array_equal(pairs["deep"]["blur"], stored[0])
    np.testing.assert_array_equal(pairs["deep"]["sharp"], stored[1])
    for name in ("shallow", "shallow2"):
        np.testing.assert_array_equal(pairs[name]["blur"], shallow.astype(np.uint16) * 257)
    settings = CropSettings(crop_size=5, crops_per_pair=1, pairs_per_block=3)
    [(crops, _)] = training_batches(source, 1, settings).take(1).as_numpy_iterator()
    expected = {*np.unique(np.float32(stored[0]) / 65535), *np.unique(np.float32(shallow) / 255)}
    assert set(crops.ravel()) <= expected


def test_linked_folders_are_followed_but_not_in_circles(root):
    for side in ("input", "target"):
        (root / f"real_{side}").mkdir()
        for image in (root / side / "clip").iterdir():
            image.rename(root / f"real_{side}" / image.name)
        (root / side / "clip").rmdir()
        (root / side / "clip").symlink_to(root / f"real_{side}")
        (root / f"real_{side}" / "again").symlink_to(root / side)
    assert names(folder_pairs(root)) == ["clip/000", "clip/001", "clip/002"]


def test_one_folder_for_both_sides_is_refused(root):
    (root / "link").symlink_to(root / "input")
    for other in ("input", "link"):
        with pytest.raises(InputError, match="the same folder; expected two"):
            folder_pairs(blur_dir=root / "input", sharp_dir=root / other)
    sharp = root / "target" / "clip" / "001.png"
    sharp.unlink()
    sharp.symlink_to(root / "input" / "clip" / "001.png")
    refused(root, "001.png: is the same file as its partner")


# Files as they lie, blurred and sharp ones in turn; the names of the pairs; what is said of it.
LAYOUTS = {
    "GoPro": (
        ["a/blur/1.png", "a/sharp/1.png", "b/blur/1.png", "b/sharp/1.png"],
        ["a/1", "b/1"],
        "blur/ and sharp/ in each of 2 scenes",
    ),
    "RealBlur": (
        ["s1/blur/blur_1.png", "s1/gt/gt_1.png", "s2/blur/blur_1.png", "s2/gt/gt_1.png"],
        ["s1/1", "s2/1"],
        "blur/ and gt/ in each of 2 scenes",
    ),
    "a scene of RealBlur": (
        ["blur/blur_1.png", "gt/gt_1.png", "blur/blur_12.png", "gt/gt_12.png"],
        ["1", "12"],
        "names like blur_1.png and gt_1.png",
    ),
    "beside each other": (
        ["x/a_blur.png", "x/a_sharp.png", "x/b_blur.png", "x/b_sharp.png"],
        ["x/a", "x/b"],
        "names like a_blur.png beside a_sharp.png",
    ),
    "two folders": (
        ["input/a_blur.png", "target/a_sharp.png"],
        ["a"],
        "names like a_blur.png and a_sharp",
    ),
    "one side marked": (
        ["blur/a_blurred.png", "sharp/a.png"],
        ["a"],
        "names like a_blurred.png and a.png",
    ),
    "HIDE": (
        ["test/test-close-ups/1.png", "GT/1.png", "test/test-long-shot/2.png", "GT/2.png"],
        ["test/test-close-ups/1", "test/test-long-shot/2"],
        "same file names in GT/ and the other folders",
    ),
}


def write_layout(root, files):
    for number, file in enumerate(files):
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), (number, 0, 0)).save(path)


@pytest.mark.parametrize("kind", LAYOUTS)
def test_layouts_that_people_have(tmp_path, kind):
    files, pairs, said = LAYOUTS[kind]
    write_layout(tmp_path, files)
    (tmp_path / files[0]).with_name("notes.txt").write_text("")
    source = folder_pairs(tmp_path)
    assert names(source) == pairs
    for number, pair in enumerate(source.records.as_numpy_iterator()):
        found = [pair[side].decode() for side in ("blur", "sharp")]
        assert found == [str(tmp_path / file) for file in files[2 * number : 2 * number + 2]]
    num_pairs = f"{len(pairs)} pair{'s' if len(pairs) > 1 else ''}"
    assert source.in_words().startswith(f"{tmp_path}: {num_pairs} ({said}")
    assert "1 file passed over: .txt" in source.in_words()


@pytest.mark.parametrize("blur_dir", ["test", "test/test-close-ups"])
def test_one_folder_of_sharp_images_for_more_than_these(tmp_path, blur_dir):
    files, *_ = LAYOUTS["HIDE"]
    write_layout(tmp_path, [*files, "GT/9.png"])
    source = folder_pairs(blur_dir=tmp_path / blur_dir, sharp_dir=tmp_path / "GT")
    assert source.num_pairs == (2 if blur_dir == "test" else 1)
    assert "passed over: .png" in source.in_words()


@pytest.mark.parametrize("kind", LAYOUTS)
def test_a_blurred_image_without_partner_is_named_in_every_layout(tmp_path, kind):
    files, *_ = LAYOUTS[kind]
    if len(files) < 4:
        files = [*files[:2], files[0].replace("a_", "c_"), files[1].replace("/a", "/c")]
    write_layout(tmp_path, files)
    (tmp_path / files[3]).unlink()
    refused(tmp_path, "partner" if "scenes" not in LAYOUTS[kind][2] else files[2].split("/")[0])
