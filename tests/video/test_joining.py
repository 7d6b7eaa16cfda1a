"""What goes into the result besides the picture; `test_pipeline` has times and sound."""

import itertools
from fractions import Fraction

import av
import pytest

from tests.video.clips import write_clip
from tfdeblur.video import segments
from tfdeblur.video.joining import join
from tfdeblur.video.reader import open_video

WORDS = [b"Who is there?", b"Nobody."]


@pytest.fixture
def clip(tmp_path):
    """A Matroska file with sound, subtitles and an attached file."""
    plain = write_clip(tmp_path / "plain.mkv", num=6)
    with av.open(str(plain)) as source, av.open(str(tmp_path / "a.mkv"), "w") as result:
        copies = [result.add_stream_from_template(each, opaque=True) for each in source.streams]
        subtitles = result.add_mux_stream("subrip", time_base=Fraction(1, 1000))
        subtitles.metadata["language"] = "eng"
        result.add_attachment("font.txt", "text/plain", b"letters")
        for number, words in enumerate(WORDS):
            packet = av.Packet(words)
            packet.stream, packet.time_base = subtitles, Fraction(1, 1000)
            packet.pts = packet.dts = 40 * number
            packet.duration = 30
            result.mux(packet)
        for packet in source.demux():
            if packet.size:
                packet.stream = copies[packet.stream_index]
                result.mux(packet)
    return tmp_path / "a.mkv"


def joined(clip, target):
    video = open_video(clip)
    folder = target.with_suffix("")
    folder.mkdir()
    frames = ((frame.pixels, frame.timestamp) for frame in video.frames())
    segments.write_segments(frames, folder, segments.Encoding(video), num_frames=4)
    return join(segments.segment_files(folder), video, target)


def test_subtitles_and_attachments_stay(clip, tmp_path):
    assert joined(clip, tmp_path / "out.mkv") == []
    with av.open(str(tmp_path / "out.mkv")) as result:
        [subtitles] = result.streams.subtitles
        assert subtitles.metadata["language"] == "eng"
        packets = [packet for packet in result.demux(subtitles) if packet.size]
        assert [bytes(packet) for packet in packets] == WORDS
        assert [(packet.pts, packet.duration) for packet in packets] == [(0, 30), (40, 30)]
        assert [each.data for each in result.streams.attachments] == [b"letters"]


def test_what_a_format_cannot_hold_is_named(clip, tmp_path):
    left_out = joined(clip, tmp_path / "out.mp4")
    assert [words.split(" (")[1] for words in left_out] == [
        "subtitle, srt)",
        "attachment, unknown)",
    ]
    with av.open(str(tmp_path / "out.mp4")) as result:
        assert [stream.type for stream in result.streams] == ["video", "audio"]


def test_packets_lie_in_the_order_of_time(clip, tmp_path):
    joined(clip, tmp_path / "out.mkv")
    with av.open(str(tmp_path / "out.mkv")) as result:
        seconds = [packet.dts * packet.time_base for packet in result.demux() if packet.size]
    assert all(later - sooner > -0.05 for sooner, later in itertools.pairwise(seconds))
