"""Reading videos and folders of frames, whole and damaged."""

import dataclasses

import av
import numpy as np
import pytest
from PIL import Image

from tests.synthesis.videos import moving_frames, write_folder, write_video
from tests.video.clips import photograph, psnr_db, write_clip
from tfdeblur.errors import InputError
from tfdeblur.synthesis.frames import VideoFrames, open_frames


def test_a_folder_gives_its_frames_in_order(tmp_path):
    frames = moving_frames(4)
    folder = write_folder(tmp_path / "clip", frames)
    (folder / "notes.txt").write_text("not a frame")
    (folder / ".hidden.png").write_bytes(b"")
    source = open_frames(folder, min_frames_per_second=120)
    assert source.num_frames == 4
    np.testing.assert_array_equal(list(source), frames)


@pytest.mark.parametrize("suffix", [".avi", ".mp4"])
def test_a_video_gives_its_frames_in_colour(tmp_path, suffix):
    frames = moving_frames(12)
    file = write_video(tmp_path / f"clip{suffix}", frames, rate=240)
    source = open_frames(file, min_frames_per_second=120)
    assert source.video.frames_per_second == 240
    assert source.num_frames == 12
    read = list(source)
    assert len(read) == 12
    # Lossy, but channels in order: the astronaut is orange.
    assert np.abs(read[5].astype(int) - frames[5]).mean() < 8


def test_30_frames_a_second_are_refused_by_name_and_rate(tmp_path):
    file = write_video(tmp_path / "phone.avi", moving_frames(8), rate=30)
    with pytest.raises(InputError, match=r"phone\.avi: 30 frames a second; .*120.*min_fps to 30"):
        open_frames(file, min_frames_per_second=120)
    assert open_frames(file, min_frames_per_second=30).num_frames == 8


def test_a_video_that_ends_early_is_named(tmp_path, capfd):
    file = write_video(tmp_path / "cut.avi", moving_frames(60), rate=240)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(
        InputError, match=r"cut\.avi: damaged or truncated video; .* of 0\.25 seconds"
    ):
        open_frames(file, 120)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("degrees", "turned"),
    [(90, 1), (-90, -1), (180, 2)],
)
def test_videos_are_turned_as_players_show_them(tmp_path, degrees, turned):
    """FFmpeg counts degrees against the clock, as NumPy counts quarters."""
    clip = write_clip(tmp_path / "a.mp4", num=2, rotation=degrees, num_audio=0)
    source = open_frames(clip, 0)
    with av.open(str(clip)) as container:
        stored = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for frame, expected in zip(source, stored, strict=True):
        assert psnr_db(frame, np.rot90(expected, turned)) > 35
        assert psnr_db(frame, np.rot90(expected, turned + 2)) < 20


def test_mirrored_frames_are_mirrored(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", num=2, num_audio=0)
    video = open_frames(clip, 0).video
    mirror = (-(2**16), 0, 0, 0, 2**16, 0, 0, 0, 2**30)
    mirrored = VideoFrames(dataclasses.replace(video, display_matrix=mirror))
    for frame, plain in zip(mirrored, VideoFrames(video), strict=True):
        np.testing.assert_array_equal(frame, plain[:, ::-1])


def test_ten_bits_give_16_bit_frames(tmp_path):
    options = {"x265-params": "log-level=none"}
    clip = write_clip(
        tmp_path / "a.mp4",
        codec="libx265",
        pixel_format="yuv420p10le",
        dtype=np.uint16,
        options=options,
    )
    frames = list(open_frames(clip, 0))
    assert {frame.dtype for frame in frames} == {np.dtype(np.uint16)}
    assert psnr_db(frames[0], photograph(48, 64).astype(np.uint16) * 257, peak=65535) > 30


def test_small_videos_are_refused_at_once(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", size=(30, 64), num_audio=0)
    with pytest.raises(InputError, match=r"a\.mp4: 64x30 pixels; expected at least 32"):
        open_frames(clip, 0)


def test_what_is_no_video(tmp_path, capfd):
    text = tmp_path / "text.mp4"
    text.write_text("not a video")
    (tmp_path / "empty").mkdir()
    for path, message in (
        (text, "not a video that can be decoded"),
        (tmp_path / "empty", "holds no images"),
        (tmp_path / "nothing.mp4", "no such file"),
    ):
        with pytest.raises(InputError, match=f"{path.name}: .*{message}"):
            open_frames(path, 0)


def test_frames_of_a_folder_must_be_whole_and_alike(tmp_path):
    frames = moving_frames(3)
    cut = write_folder(tmp_path / "cut", frames) / "0001.png"
    cut.write_bytes(cut.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"0001\.png: damaged or truncated"):
        list(open_frames(cut.parent, 0))
    other = write_folder(tmp_path / "other", frames) / "0002.png"
    for image, described in (
        (frames[0][:64], "128x64 RGB uint8"),
        (frames[0][..., 0], "128x96 gray uint8"),
    ):
        Image.fromarray(image).save(other)
        with pytest.raises(InputError, match=rf"0002\.png: a {described} .* 128x96 RGB uint8 as"):
            list(open_frames(other.parent, 0))


def test_frames_too_small_to_measure_are_named(tmp_path):
    folder = write_folder(tmp_path / "small", moving_frames(2, size=(31, 64)))
    with pytest.raises(InputError, match=r"0000\.png: 64x31 pixels; expected at least 32"):
        list(open_frames(folder, 0))
