"""What goes into the result besides the picture; `test_pipeline` has times and sound."""

import itertools
from fractions import Fraction

import av
import numpy as np
import pytest

from tests.video.clips import write_clip
from tfdeblur.video import joining, segments
from tfdeblur.video.joining import join
from tfdeblur.video.reader import open_video

# A clock of 33 bits at 90 kHz starts again.
WRAP_HOURS = 2**33 / 90_000 / 3600

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
        "subtitle, srt), which its format cannot hold",
        "attachment, unknown), which its format cannot hold",
    ]
    with av.open(str(tmp_path / "out.mp4")) as result:
        assert [stream.type for stream in result.streams] == ["video", "audio"]


def copied(source, target, others, **options):
    """Writes the streams of `source`, and those of the file `others` after them."""
    with (
        av.open(str(source)) as first,
        av.open(str(others)) as second,
        av.open(str(target), "w", **options) as result,
    ):
        packets = []
        for container in (first, second):
            streams = [(each, result.add_stream_from_template(each)) for each in container.streams]
            copies = {stream.index: copy for stream, copy in streams}
            packets += [(each, copies) for each in container.demux() if each.size]
        for packet, copies in sorted(packets, key=lambda each: each[0].dts * each[0].time_base):
            packet.stream = copies[packet.stream_index]
            result.mux(packet)
    return target


def packets_of(path, stream):
    with av.open(str(path)) as container:
        return [
            (bytes(packet), None if packet.pts is None else packet.pts * packet.time_base)
            for packet in container.demux(container.streams[stream])
            if packet.size
        ]


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("num_reordered", [0, 1, 3])
def test_every_packet_of_a_second_video_arrives(tmp_path, suffix, num_reordered):
    """Matroska does not tell when the first of reordered pictures are decoded."""
    videos = [
        write_clip(tmp_path / f"{bf}.mp4", num=9, num_audio=0, options={"bf": str(bf)})
        for bf in (0, num_reordered)
    ]
    clip = copied(videos[0], tmp_path / "two.mkv", videos[1])
    assert joined(clip, tmp_path / f"out{suffix}") == []
    with av.open(str(clip)) as source, av.open(str(tmp_path / f"out{suffix}")) as result:
        shown, expected = (
            [(frame.pts * frame.time_base, frame.to_ndarray()) for frame in each.decode(video=1)]
            for each in (result, source)
        )
    assert len(shown) == len(expected) == 9
    for (time, frame), (expected_time, expected_frame) in zip(shown, expected, strict=True):
        assert float(time) == pytest.approx(float(expected_time), abs=1e-3)
        np.testing.assert_array_equal(frame, expected_frame)


@pytest.mark.parametrize("missing", [("pts",), ("dts",), ("pts", "dts")])
def test_a_stream_whose_times_cannot_be_told_is_named(tmp_path, monkeypatch, missing):
    videos = [write_clip(tmp_path / f"{name}.mp4", num_audio=0) for name in "ab"]
    clip = copied(videos[0], tmp_path / "two.mkv", videos[1])

    def without_times(*arguments):
        for packet in packets(*arguments):
            for name in missing:
                setattr(packet, name, None)
            yield packet

    packets = joining._packets
    monkeypatch.setattr(joining, "_packets", without_times)
    [left_out] = joined(clip, tmp_path / "out.mkv")
    assert left_out == "stream 1 (video, h264), whose packets do not say when they are"
    with av.open(str(tmp_path / "out.mkv")) as result:
        assert len(result.streams) == 1


def test_sound_without_times_of_its_own_follows_what_came_before(tmp_path, monkeypatch):
    """Decoding times that are missing in the middle are made up; sound is heard when decoded."""
    clip = write_clip(tmp_path / "a.mkv")

    def with_a_gap(*arguments):
        for number, packet in enumerate(packets(*arguments)):
            if number == 4:
                packet.dts = None
            if number == 6:
                packet.pts = None
            yield packet

    packets = joining._packets
    monkeypatch.setattr(joining, "_packets", with_a_gap)
    assert joined(clip, tmp_path / "out.mkv") == []
    assert packets_of(tmp_path / "out.mkv", 1) == packets_of(clip, 1)


def test_a_cover_picture_stays(tmp_path):
    plain = write_clip(tmp_path / "plain.mp4")
    with av.open(str(plain)) as source, av.open(str(tmp_path / "a.mp4"), "w") as result:
        copies = [result.add_stream_from_template(each, opaque=True) for each in source.streams]
        cover = result.add_stream("mjpeg", rate=1)
        cover.height, cover.width, cover.pix_fmt = 16, 16, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame(16, 16, "yuvj420p")
        frame.pts = 0
        result.mux(cover.encode(frame))
        result.mux(cover.encode(None))
        for packet in source.demux():
            if packet.size:
                packet.stream = copies[packet.stream_index]
                result.mux(packet)
    assert joined(tmp_path / "a.mp4", tmp_path / "out.mp4") == []
    [(expected, _)], [(picture, _)] = (
        packets_of(tmp_path / name, 2) for name in ("a.mp4", "out.mp4")
    )
    assert picture == expected


@pytest.mark.parametrize(
    ("name", "hours"), [("a.ts", 10), ("a.mkv", 10), ("a.mp4", 10), ("a.ts", WRAP_HOURS)]
)
def test_the_result_starts_at_zero_with_all_its_streams(tmp_path, name, hours):
    seconds = f"{3600 * hours - 3:.3f}"
    clip = write_clip(tmp_path / name, container_options={"output_ts_offset": seconds})
    assert joined(clip, tmp_path / "out.mkv") == []
    with av.open(str(clip)) as source, av.open(str(tmp_path / "out.mkv")) as result:
        assert result.start_time / av.time_base == pytest.approx(0, abs=0.03)
        assert result.duration / av.time_base < 0.4
        pictures = [next(each.decode(video=0)).time for each in (source, result)]
    tones = [packets_of(each, 1) for each in (clip, tmp_path / "out.mkv")]
    assert len(tones[0]) == len(tones[1])
    delays = [float(tone[0][1]) - picture for tone, picture in zip(tones, pictures, strict=True)]
    assert delays[1] == pytest.approx(delays[0], abs=0.002)


def test_chapters_move_with_the_streams(tmp_path):
    plain = write_clip(
        tmp_path / "plain.mkv",
        options={"bf": "0"},
        num_audio=0,
        container_options={"output_ts_offset": "3600"},
    )
    with av.open(str(plain)) as source, av.open(str(tmp_path / "a.mkv"), "w") as result:
        copies = [result.add_stream_from_template(each) for each in source.streams]
        chapter = {"id": 1, "start": 3_600_050, "end": 3_600_200, "metadata": {"title": "End"}}
        result.set_chapters([{**chapter, "time_base": Fraction(1, 1000)}])
        for packet in source.demux():
            if packet.size:
                packet.stream = copies[packet.stream_index]
                result.mux(packet)
    joined(tmp_path / "a.mkv", tmp_path / "out.mkv")
    with av.open(str(tmp_path / "out.mkv")) as result:
        [chapter] = result.chapters()
    start, end = (chapter[edge] * chapter["time_base"] for edge in ("start", "end"))
    assert (start, end) == (Fraction(50, 1000), Fraction(200, 1000))


def test_packets_lie_in_the_order_of_time(clip, tmp_path):
    joined(clip, tmp_path / "out.mkv")
    with av.open(str(tmp_path / "out.mkv")) as result:
        seconds = [packet.dts * packet.time_base for packet in result.demux() if packet.size]
    assert all(later - sooner > -0.05 for sooner, later in itertools.pairwise(seconds))
