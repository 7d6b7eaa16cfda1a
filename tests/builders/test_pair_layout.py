"""Which files make pairs, and what is said of those that do not."""

import pytest

from tests.builders.images import write_files
from tfdeblur.builders.file_source import FolderSource
from tfdeblur.builders.pair_layout import Layout, choose_layout, match_pairs
from tfdeblur.errors import InputError

NESTED = Layout("{split}/{sequence}/{folder}/{frame}.png", {"blur": "blur", "sharp": "sharp"})
FLAT = Layout("{split}/{folder}/{sequence}-{frame}.png", {"blur": "input", "sharp": "target"})
FRAMES = {"train": [f"one/{n:02d}" for n in range(8)], "test": ["two/01"]}


def match(folder, paths, allow_partial=False, layout=NESTED):
    source = FolderSource(write_files(folder, dict.fromkeys(paths, b"")))
    chosen, root = choose_layout(source.paths(), (NESTED, FLAT), FRAMES)
    assert chosen == layout
    return match_pairs(source, chosen, root, FRAMES, "blur", allow_partial)


@pytest.mark.parametrize("layout", [NESTED, FLAT])
@pytest.mark.parametrize("root", ["", "archive/"])
def test_all_pairs_are_found_in_any_layout_and_folder(tmp_path, layout, root):
    pairs = match(tmp_path, [root + path for path in layout.paths(FRAMES)], layout=layout)
    assert [(pair.split, pair.name) for pair in pairs] == [
        (split, name) for split, names in FRAMES.items() for name in names
    ]
    assert pairs[-1].blur == root + layout.path("test", "two/01", "blur")
    assert pairs[-1].sharp == root + layout.path("test", "two/01", "sharp")


def test_no_layout_where_no_name_fits(tmp_path):
    source = FolderSource(write_files(tmp_path, {"train/holiday.png": b"", "a.png": b""}))
    assert choose_layout(source.paths(), (NESTED, FLAT), FRAMES) is None
    assert choose_layout([], (NESTED, FLAT), FRAMES) is None


def test_missing_files_are_named_up_to_ten(tmp_path):
    paths = sorted(NESTED.paths(FRAMES) - NESTED.paths({"train": FRAMES["train"][:7]}))
    with pytest.raises(InputError) as error:
        match(tmp_path, paths)
    message = str(error.value)
    assert "with 14 files missing or wrong" in message
    assert message.count(": missing\n") == 10
    assert "\n  train/one/blur/00.png: missing\n" in message
    assert "train/one/blur/04.png" in message
    assert "train/one/blur/05.png" not in message
    assert "and 4 more" in message
    assert "allow_partial=True" in message


def test_partial_data_is_accepted_only_when_asked_for(tmp_path):
    paths = NESTED.paths({"train": FRAMES["train"][2:4]})
    pairs = match(tmp_path, paths, allow_partial=True)
    assert [pair.name for pair in pairs] == ["one/02", "one/03"]


@pytest.mark.parametrize("allow_partial", [False, True])
@pytest.mark.parametrize("missing", ["train/one/blur/03.png", "test/two/sharp/01.png"])
def test_half_a_pair_is_always_refused(tmp_path, missing, allow_partial):
    with pytest.raises(InputError, match=f"{missing}: missing, its partner .* is there"):
        match(tmp_path, NESTED.paths(FRAMES) - {missing}, allow_partial)


@pytest.mark.parametrize("allow_partial", [False, True])
def test_images_that_are_not_on_the_list_are_refused(tmp_path, allow_partial):
    extra = {"train/one/blur/99.png", "train/three/blur/01.PNG", "test/preview.jpg"}
    with pytest.raises(InputError) as error:
        match(tmp_path, NESTED.paths(FRAMES) | extra, allow_partial)
    for path in extra:
        assert f"{path}: not on the list of frames" in str(error.value)
    assert "3 files missing or wrong" in str(error.value)


def test_other_files_are_passed_over(tmp_path):
    others = {"readme.txt", "train/readme.txt", "cover.png", "elsewhere/train.png"}
    assert len(match(tmp_path, NESTED.paths(FRAMES) | others)) == 9
