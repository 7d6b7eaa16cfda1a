"""Photographs: what is embedded, what a folder gives, how it is split."""

import numpy as np
import pytest
from PIL import Image

from tfdeblur.errors import InputError
from tfdeblur.synthesis.photographs import (
    embedded_photographs,
    fingerprint,
    photographs_in,
    read_photograph,
)


def save(path, shape=(40, 50, 3), level=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full(shape, level, np.uint8)).save(path)


def test_embedded_photographs_are_there_without_a_download():
    splits = embedded_photographs()
    assert not splits["train"].keys() & splits["test"].keys()
    for load in [load for split in splits.values() for load in split.values()]:
        photograph = load()
        assert photograph.dtype == np.uint8
        assert photograph.shape[-1] == 3
        assert min(photograph.shape[:2]) >= 256


def test_a_folder_is_split_by_photograph(tmp_path):
    for number in range(20):
        save(tmp_path / f"{number // 10}" / f"{number}.png")
    (tmp_path / "readme.txt").write_text("no photograph")
    save(tmp_path / ".thumbnails" / "0.png")
    splits = photographs_in(tmp_path, smallest_side=32)
    assert len(splits["train"]) == 18
    assert len(splits["test"]) == 2
    assert "1/13.png" in splits["train"].keys() | splits["test"].keys()
    assert not splits["train"].keys() & splits["test"].keys()
    save(tmp_path / "new.png")
    again = photographs_in(tmp_path, smallest_side=32)
    assert len(splits["train"].keys() & again["test"].keys()) == 0


def test_what_a_folder_must_hold(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        photographs_in(tmp_path / "missing", 32)
    save(tmp_path / "only.png")
    with pytest.raises(InputError, match="holds 1 images; expected at least two"):
        photographs_in(tmp_path, 32)
    save(tmp_path / "other.png")
    load = {**photographs_in(tmp_path, 41)["train"], **photographs_in(tmp_path, 41)["test"]}
    with pytest.raises(InputError, match=r"other\.png: 50x40 pixels; expected at least 41"):
        load["other.png"]()


def test_any_image_becomes_rgb_of_720p_size(tmp_path):
    save(tmp_path / "gray.png", (1440, 1500))
    photograph = read_photograph(tmp_path / "gray.png")
    assert photograph.shape == (720, 750, 3)
    Image.fromarray(np.full((64, 64), 0x80FF, np.uint16)).save(tmp_path / "deep.png")
    deep = read_photograph(tmp_path / "deep.png")
    assert deep.dtype == np.uint8
    assert (deep == 0x80).all()


def test_fingerprint_changes_with_names_and_contents(tmp_path):
    save(tmp_path / "a.png")
    seen = {fingerprint(tmp_path)}
    save(tmp_path / "a.png", level=1)
    seen.add(fingerprint(tmp_path))
    (tmp_path / "a.png").rename(tmp_path / "b.png")
    seen.add(fingerprint(tmp_path))
    assert len(seen) == 3
    (tmp_path / "notes.txt").write_text("no photograph")
    assert fingerprint(tmp_path) in seen
