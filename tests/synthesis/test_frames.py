"""Reading videos and folders of frames, whole and damaged."""

import numpy as np
import pytest
from PIL import Image

from tests.synthesis.videos import moving_frames, write_folder, write_video
from tfdeblur.errors import InputError
from tfdeblur.synthesis.frames import open_frames


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
    assert source.frames_per_second == 240
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
    with pytest.raises(InputError, match=r"cut\.avi: damaged or truncated video; .* of 60 frames"):
        list(open_frames(file, 120))
    assert capfd.readouterr().err == ""


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
