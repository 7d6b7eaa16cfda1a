"""The fuzz of image files: what it feeds is what it says, and it notices what goes wrong."""

import numpy as np
import pytest

from tools.reliability import image_readers, images_part
from tools.reliability.children import Outcome
from tools.reliability.image_files import LOSSY_TOLERANCE, image_files


@pytest.fixture(scope="module")
def files():
    return image_files(num_damaged=60, seed=1)


def in_this_process(function, items):
    """As `in_child`, without its seconds of import."""
    for item in items:
        try:
            yield Outcome(item, function(item), None, 0.0)
        except Exception as error:  # what the tool would tell of
            yield Outcome(item, None, repr(error), 0.0)


def write(folder, files):
    for file in files:
        (folder / file.name).write_bytes(file.data)
    return folder


def test_files_are_the_same_for_one_seed_and_all_kinds_are_there(files):
    assert [file.data for file in files] == [file.data for file in image_files(60, seed=1)]
    assert len({file.name for file in files}) == len(files)
    kinds = {file.kind for file in files}
    assert kinds >= {"CMYK", "palette", "1 bit", "16 bits", "float or signed", "orientation"}
    assert kinds >= {"ICC profile", "animated", "huge size", "bomb", "truncated", "flipped bits"}
    assert {file.upright is not None for file in files if file.verdict == "valid"} == {True}
    assert sum(file.name.startswith("rgb_jpg_") for file in files) == 9


@pytest.mark.parametrize(
    "function",
    [image_readers.as_folder_pair, image_readers.as_builder_pair, image_readers.as_photograph],
)
def test_every_reader_takes_the_sound_and_refuses_the_hostile(
    tmp_path, monkeypatch, files, function
):
    monkeypatch.setattr(images_part, "in_child", in_this_process)
    figures = images_part._read_by(function, write(tmp_path, files), files)
    assert figures["failures"] == []
    assert figures["right"] == figures["sound"] > 15
    assert figures["refused"] > 20


def test_the_app_restores_the_sound_and_reports_the_others(tmp_path, files):
    (tmp_path / "photos").mkdir()
    write(tmp_path / "photos", files)
    figures = images_part._restored_by_app(tmp_path, files)
    assert figures["failures"] == []
    assert figures["exit_status"] == 2
    assert figures["files"] == len(files)
    assert figures["right"] == figures["sound"] > 60


@pytest.mark.parametrize(
    ("pixels", "problem"),
    [
        (lambda right: right[:-1], "shape"),
        (lambda right: right.astype(np.uint16), "uint16"),
        (lambda right: right + 1, "differs by 1.0"),
        (lambda right: right, None),
    ],
)
def test_wrong_pixels_are_noticed(files, pixels, problem):
    file = next(file for file in files if file.name == "rgb_png_plain.png")
    judged = images_part._Judged()
    right = file.upright.astype(np.uint8) // 2
    judged.read(file, pixels(right), right, is_wrong=False)
    found = judged.figures([], longest_s=0)
    assert found["right"] == (problem is None)
    assert [problem in failure for failure in found["failures"]] == ([True] if problem else [])


def test_rough_formats_are_allowed_less_than_a_mirrored_picture(files):
    picture = next(file.upright for file in files if file.name == "rgb_png_plain.png")
    mirrored = np.abs(picture.astype(float) - picture[:, ::-1]).mean()
    assert mirrored > 3 * LOSSY_TOLERANCE


def test_a_hang_is_a_failure():
    assert images_part._Judged().figures([], longest_s=5.5)["failures"] == ["5.5 s for one file"]


def test_a_crash_is_a_failure(monkeypatch, tmp_path, files):
    def crashes(function, items):
        return [Outcome(item, None, "crashed", 0.1) for item in items]

    monkeypatch.setattr(images_part, "in_child", crashes)
    figures = images_part._read_by(image_readers.as_photograph, tmp_path, files[:3])
    assert figures["failures"] == [f"{file.name}: crashed" for file in files[:3]]
