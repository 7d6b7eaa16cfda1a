"""Which files count as videos, and what their results are called."""

from pathlib import Path

import pytest

from tfdeblur.images.writer import IMAGE_SUFFIXES
from tfdeblur.video import VIDEO_SUFFIXES, holds_results, is_video, result_name


def test_no_file_is_both_an_image_and_a_video():
    assert not VIDEO_SUFFIXES & IMAGE_SUFFIXES


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/clip.mp4", "a/clip.mp4"),
        ("clip.MOV", "clip.MOV"),
        ("clip.v2.webm", "clip.v2.mkv"),
        ("clip.AVI", "clip.mkv"),
        ("photo.png", "photo.png"),
        ("no_suffix", "no_suffix"),
    ],
)
def test_names_of_results(name, expected):
    assert result_name(name) == Path(expected)


def test_every_video_has_a_result_that_can_be_written():
    assert all(holds_results(result_name(f"a{suffix}")) for suffix in VIDEO_SUFFIXES)
    assert is_video("A.Mp4")
    assert not is_video("a.gif")
