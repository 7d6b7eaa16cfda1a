"""Segments hold frames and their times exactly, whole or not at all."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

from tests.video.clips import photograph, psnr_db, read_clip, write_clip
from tfdeblur.video import segments
from tfdeblur.video.reader import open_video

TIMES = [-700, -699, 0, 13, 90_000, 7_000_000_001, 7_000_000_002]


@pytest.fixture
def video(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", num=2, num_audio=0)
    return dataclasses.replace(open_video(clip), start=TIMES[0], time_base=Fraction(1, 90_000))


def frames(times=TIMES):
    return [(photograph(48, 64, offset=number), time) for number, time in enumerate(times)]


def test_any_time_is_kept_exactly(tmp_path, video):
    segments.write_segments(frames(), tmp_path, segments.Encoding(video), num_frames=3)
    files = segments.segment_files(tmp_path)
    assert [file.name for file in files] == ["00000000.nut", "00000001.nut", "00000002.nut"]
    assert segments.num_frames_in(files) == 7
    times = [packet.pts * packet.time_base for packet in segments.packets(files)]
    assert times == [Fraction(time - TIMES[0], 90_000) for time in TIMES]
    decoded = [frame for file in files for frame in read_clip(file).frames]
    assert psnr_db(decoded, [pixels for pixels, _ in frames()]) > 30


def test_every_segment_starts_anew_and_shows_frames_in_the_order_of_storage(tmp_path, video):
    segments.write_segments(frames(), tmp_path, segments.Encoding(video), num_frames=4)
    packets = list(segments.packets(segments.segment_files(tmp_path)))
    assert packets[0].is_keyframe
    assert packets[4].is_keyframe
    assert all(packet.pts == packet.dts for packet in packets)


def test_a_failure_leaves_complete_segments_and_they_are_continued(tmp_path, video):
    def failing():
        yield from frames(TIMES[:5])
        raise OSError("disk full")

    encoding = segments.Encoding(video)
    with pytest.raises(OSError, match="disk full"):
        segments.write_segments(failing(), tmp_path, encoding, num_frames=2)
    files = segments.segment_files(tmp_path)
    assert segments.num_frames_in(files) == 4
    kept = [file.read_bytes() for file in files]
    segments.write_segments(frames()[4:], tmp_path, encoding, num_frames=2)
    files = segments.segment_files(tmp_path)
    assert [file.read_bytes() for file in files[:2]] == kept
    assert segments.num_frames_in(files) == 7
    assert not list(tmp_path.glob(".*"))


def test_the_same_frames_give_the_same_bytes(tmp_path, video):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        segments.write_segments(frames(), tmp_path / name, segments.Encoding(video), num_frames=7)
    one, two = (segments.segment_files(tmp_path / name)[0] for name in ("one", "two"))
    np.testing.assert_array_equal(read_clip(one).frames, read_clip(two).frames)


def test_no_frames_no_segments(tmp_path, video):
    segments.write_segments([], tmp_path, segments.Encoding(video), num_frames=3)
    assert segments.segment_files(tmp_path) == []
