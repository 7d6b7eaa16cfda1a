"""What is read of a video file, and which files are refused."""

import dataclasses
from fractions import Fraction

import av
import numpy as np
import pytest

from tests.video.clips import at_rate, photograph, psnr_db, write_clip
from tfdeblur.errors import InputError
from tfdeblur.video.reader import DamagedVideoError, open_video


def test_properties_and_frames(tmp_path):
    timestamps = [9_000, 10_000, 17_000, 17_500, 40_000, 41_000]
    clip = write_clip(tmp_path / "a.mp4", timestamps=timestamps, pixel_aspect=Fraction(4, 3))
    video = open_video(clip)
    assert (video.height, video.width, video.num_frames) == (48, 64, 6)
    assert video.pixel_aspect == Fraction(4, 3)
    assert video.display_matrix is None
    assert video.start * video.time_base == Fraction(1, 10)
    frames = list(video.frames())
    assert [frame.timestamp * video.time_base * 90_000 for frame in frames] == timestamps
    for number, frame in enumerate(frames):
        assert psnr_db(frame.pixels, photograph(48, 64, 2 * number)) > 30


def test_skipping_gives_the_same_frames_as_reading_all(tmp_path):
    video = open_video(write_clip(tmp_path / "a.mp4", options={"bf": "3"}))
    assert video.path.name == "a.mp4"
    everything = list(video.frames())
    rest = list(video.frames(skip=4))
    assert len(rest) == 2
    for one, other in zip(everything[4:], rest, strict=True):
        assert one.timestamp == other.timestamp
        np.testing.assert_array_equal(one.pixels, other.pixels)
    assert list(video.frames(skip=6)) == []


def test_timestamps_that_are_missing_or_repeated_rise(tmp_path, monkeypatch):
    video = open_video(write_clip(tmp_path / "a.mp4", num=5))
    decoded = list(av.open(str(video.path)).decode(video=0))
    step = decoded[1].pts
    for frame, pts in zip(decoded, (None, None, 7 * step, 7 * step, 2 * step), strict=True):
        frame.pts = pts
    monkeypatch.setattr("tfdeblur.video.reader._decoded", lambda path: iter(decoded))
    timestamps = [frame.timestamp for frame in video.frames()]
    assert timestamps == [0, step, 7 * step, 7 * step + 1, 7 * step + 2]


def test_a_cover_picture_is_not_the_video(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", size=(48, 64))
    with av.open(str(tmp_path / "b.mp4"), "w") as result, av.open(str(clip)) as source:
        cover = result.add_stream("mjpeg", rate=1)
        cover.height, cover.width, cover.pix_fmt = 16, 16, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        copy = result.add_stream_from_template(source.streams.video[0], opaque=True)
        frame = av.VideoFrame(16, 16, "yuvj420p")
        frame.pts = 0
        result.mux(cover.encode(frame))
        result.mux(cover.encode(None))
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = copy
                result.mux(packet)
    assert open_video(tmp_path / "b.mp4").height == 48


def refused(path, match, error=InputError):
    with pytest.raises(error, match=match) as raised:
        for _ in open_video(path).frames():
            pass
    message = str(raised.value)
    assert str(path) in message
    assert "\n" not in message


def test_no_file_and_no_video(tmp_path):
    refused(tmp_path / "missing.mp4", "no such video file")
    refused(tmp_path, "no such video file")
    (tmp_path / "text.mp4").write_text("no video " * 100)
    refused(tmp_path / "text.mp4", "not a video that can be decoded", DamagedVideoError)
    (tmp_path / "empty.mkv").write_bytes(b"")
    refused(tmp_path / "empty.mkv", "not a video that can be decoded", DamagedVideoError)


def test_sound_alone_and_a_video_without_frames(tmp_path):
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48_000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), "s16", "mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    refused(tmp_path / "sound.mp4", "holds no video")
    clip = write_clip(tmp_path / "none.mp4", timestamps=[])
    refused(clip, "no video|no frames|not a video")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_truncated_files_are_refused_before_anything_is_restored(tmp_path, suffix):
    clip = write_clip(tmp_path / f"whole{suffix}", num=60, options={"crf": "20"})
    if suffix == ".mp4":
        clip = with_index_first(clip, tmp_path / "index_first.mp4")
    data = clip.read_bytes()
    short = tmp_path / f"short{suffix}"
    short.write_bytes(data[: len(data) * 6 // 10])
    with pytest.raises(DamagedVideoError, match=r"truncated video; it ends after frame \d+"):
        open_video(short)
    assert open_video(clip).num_frames == 60


def with_index_first(clip, path):
    """The same MP4 with its index before its data, as files for the web are."""
    with (
        av.open(str(clip)) as source,
        av.open(str(path), "w", options={"movflags": "faststart"}) as result,
    ):
        copies = [result.add_stream_from_template(stream, opaque=True) for stream in source.streams]
        for packet in source.demux():
            if packet.size:
                packet.stream = copies[packet.stream_index]
                result.mux(packet)
    return path


# A clock of 33 bits at 90 kHz, which starts again after 26.5 hours.
WRAP_SECONDS = 2**33 / 90_000


def test_a_clock_that_wraps_is_not_damage(tmp_path):
    """FFmpeg counts what comes before the wrap as negative: here all of four seconds."""
    clip = write_clip(
        tmp_path / "a.ts",
        timestamps=[30_000 * number for number in range(12)],
        num_audio=0,
        container_options={"output_ts_offset": f"{WRAP_SECONDS - 6:.3f}"},
    )
    video = open_video(clip)
    assert video.origin < -4
    assert video.start < video.end < 0
    timestamps = [frame.timestamp - video.start for frame in video.frames()]
    assert timestamps == [30_000 * number for number in range(12)]


@pytest.mark.parametrize("name", ["a.ts", "a.mkv", "a.mp4"])
def test_a_clock_of_hours_is_not_damage(tmp_path, name):
    clip = write_clip(tmp_path / name, container_options={"output_ts_offset": "36000"})
    video = open_video(clip)
    assert float(video.origin) == pytest.approx(36_000, abs=0.03)
    assert float(video.start * video.time_base) == pytest.approx(36_000, abs=0.03)
    assert video.num_frames == 6


def test_damage_inside_is_named_by_its_frame(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", num=12, num_audio=0, options={"g": "1"})
    with av.open(str(clip)) as container:
        positions = [packet.pos for packet in container.demux() if packet.size]
    data = bytearray(clip.read_bytes())
    # The start of a frame's data, after the length: it says what kind of data it is.
    data[positions[7] : positions[8]] = bytes(positions[8] - positions[7])
    clip.write_bytes(data)
    refused(clip, r"frame \d+ cannot be", DamagedVideoError)


def test_sizes_that_change_are_refused(tmp_path):
    parts = [
        write_clip(tmp_path / "1.ts", num=3, num_audio=0, size=(48, 64), options={"bf": "0"}),
        write_clip(tmp_path / "2.ts", num=3, num_audio=0, size=(32, 32), options={"bf": "0"}),
    ]
    (tmp_path / "a.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
    refused(tmp_path / "a.ts", "frame 3 has 32x32 pixels; expected 64x48")


def test_interlaced_video_is_refused(tmp_path):
    options = {"x264-params": "interlaced=1"}
    clip = write_clip(tmp_path / "a.mp4", size=(64, 64), options=options)
    refused(clip, "interlaced")


def test_alpha_is_refused(tmp_path):
    clip = write_clip(tmp_path / "a.mov", codec="qtrle", pixel_format="argb", num_audio=0)
    refused(clip, "alpha")


def test_a_single_frame(tmp_path):
    video = open_video(write_clip(tmp_path / "a.mp4", timestamps=at_rate(1), num_audio=0))
    assert video.num_frames == len(list(video.frames())) == 1
    assert dataclasses.replace(video, start=0).end > 0
