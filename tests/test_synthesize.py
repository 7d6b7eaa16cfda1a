"""`tfdeblur synthesize` from video to a folder of pairs, and everything that can be wrong."""

import csv
import shutil

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.synthesis.videos import moving_frames, write_folder, write_video
from tfdeblur.cli import run_app

# Small test frames are enlarged or compressed photographs; sharpness is tested elsewhere.
LOOSE = ["--max_blur=1", "--num_frames=7"]


def synthesize(output, *arguments):
    return run_app("synthesize", [f"--output={output}", *map(str, arguments)])


def report_of(output):
    with (output / "report.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def images_of(output, side):
    files = sorted((output / side).iterdir())
    return {file.name: np.asarray(Image.open(file)) for file in files}


def linear_mean(frames):
    return 255 * np.mean([(frame / 255.0) ** 2.2 for frame in frames], axis=0) ** (1 / 2.2)


def everything_in(folder):
    return {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("frames") / "clip", moving_frames(23))


def test_pairs_are_the_linear_mean_and_the_middle(clip, tmp_path, capsys):
    assert synthesize(tmp_path / "out", "--stride=8", *LOOSE, clip) == 0
    blurred, sharp = (images_of(tmp_path / "out", side) for side in ("input", "target"))
    names = ["clip_07_000003.png", "clip_07_000011.png", "clip_07_000019.png"]
    assert list(blurred) == list(sharp) == names
    frames = moving_frames(23)
    for name, first in zip(names, (0, 8, 16), strict=True):
        assert np.abs(blurred[name] - linear_mean(frames[first : first + 7])).max() <= 0.501
        np.testing.assert_array_equal(sharp[name], frames[first + 3])
    rows = report_of(tmp_path / "out")
    assert [row["accepted"] for row in rows] == ["yes"] * 3
    assert all(float(row["step_px"]) == pytest.approx(1, abs=0.5) for row in rows)
    sheet = np.asarray(Image.open(tmp_path / "out" / "contact_sheet.png"))
    assert sheet.shape[1] > sheet.shape[0] > 200
    assert "3 of 3 pairs" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", [".avi", ".mp4"])
def test_slow_motion_video(tmp_path, suffix):
    video = write_video(tmp_path / f"slow{suffix}", moving_frames(16), rate=240)
    assert synthesize(tmp_path / "out", *LOOSE, f"--input={video}") == 0
    assert list(images_of(tmp_path / "out", "input")) == [
        "slow_07_000003.png",
        "slow_07_000010.png",
    ]


def test_a_video_that_is_not_slow_motion(tmp_path, capsys, clip):
    """One line with the file and its rate, and nothing is written, also not for the others."""
    video = write_video(tmp_path / "phone.avi", moving_frames(8), rate=30)
    assert synthesize(tmp_path / "out", *LOOSE, clip, video) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "phone.avi: 30 frames a second" in line
    assert not (tmp_path / "out").exists()
    assert synthesize(tmp_path / "out", *LOOSE, "--min_fps=30", video) == 0


def test_ghosts_are_refused_with_the_measured_motion(tmp_path, capsys):
    folder = write_folder(tmp_path / "fast", moving_frames(7, step=20, size=(160, 240)))
    assert synthesize(tmp_path / "out", *LOOSE, folder) == 2
    [row] = report_of(tmp_path / "out")
    assert row["accepted"] == "no"
    # The largest of six measurements, so errors of the flow only raise it.
    assert 19 <= float(row["step_px"]) <= 30
    assert f"motion of {float(row['step_px']):.1f} pixels" in row["reason"]
    assert images_of(tmp_path / "out", "input") == {}
    [line] = capsys.readouterr().err.splitlines()
    assert "none of 1 pairs was accepted" in line
    assert "separate ghosts" in line
    assert synthesize(tmp_path / "out", *LOOSE, "--overwrite", "--max_step=30", folder) == 0


def test_reasons_are_counted(tmp_path, capsys, rng):
    frames = moving_frames(21)
    noise = rng.normal(0, 12, frames[10].shape)
    frames[10] = np.clip(frames[10] + noise, 0, 255).astype(np.uint8)
    folder = write_folder(tmp_path / "clip", frames)
    assert synthesize(tmp_path / "out", *LOOSE, "--max_step=99", folder) == 0
    assert [row["accepted"] for row in report_of(tmp_path / "out")] == ["yes", "no", "yes"]
    printed = capsys.readouterr().out
    assert "2 of 3 pairs" in printed
    assert "rejected 1: the sharp frame is noisy" in printed
    assert len(images_of(tmp_path / "out", "target")) == 2


def test_number_of_frames_is_drawn_per_clip_and_seeded(tmp_path):
    for number in range(4):
        write_folder(tmp_path / f"clip{number}", moving_frames(13))
    clips = sorted(tmp_path.glob("clip*"))

    def drawn(seed, *inputs):
        arguments = ["--max_blur=1", "--overwrite", f"--seed={seed}", *inputs]
        assert synthesize(tmp_path / "out", *arguments) == 0
        return {row["source"]: int(row["num_frames"]) for row in report_of(tmp_path / "out")}

    numbers = drawn(0, *clips)
    assert set(numbers.values()) <= {7, 9, 11, 13}
    assert len({tuple(drawn(seed, *clips).values()) for seed in range(4)}) > 1
    # Neither order nor company changes what is drawn for a clip.
    assert drawn(0, *clips[::-1]) == numbers
    assert drawn(0, clips[2]) == {str(clips[2]): numbers[str(clips[2])]}


def test_a_truncated_frame_is_named_and_the_other_inputs_are_done(tmp_path, capsys, clip):
    broken = write_folder(tmp_path / "broken", moving_frames(16))
    frame = broken / "0010.png"
    frame.write_bytes(frame.read_bytes()[:3000])
    assert synthesize(tmp_path / "out", *LOOSE, broken, clip) == 2
    assert "0010.png: damaged or truncated" in capsys.readouterr().err
    # The pair before the damage is whole, the one with it is not there.
    names = list(images_of(tmp_path / "out", "input"))
    assert names == list(images_of(tmp_path / "out", "target"))
    assert [name for name in names if name.startswith("broken")] == ["broken_07_000003.png"]
    assert len(names) == 4
    [failed] = [row for row in report_of(tmp_path / "out") if not row["pair"]]
    assert "0010.png" in failed["reason"]


def test_a_pair_is_written_whole_or_not_at_all(tmp_path, monkeypatch, clip):
    from tfdeblur.synthesis import pair_folder

    def full_disk(path, photo):
        if path.parent.name == "target":
            raise OSError(f"{path}: no space left on device")
        write(path, photo)

    write = pair_folder.write_image
    monkeypatch.setattr(pair_folder, "write_image", full_disk)
    assert synthesize(tmp_path / "out", *LOOSE, clip) == 2
    assert images_of(tmp_path / "out", "input") == images_of(tmp_path / "out", "target") == {}


def test_what_exists_is_replaced_only_when_asked_and_only_if_it_was_made_here(
    tmp_path, capsys, clip
):
    out = tmp_path / "out"
    assert synthesize(out, *LOOSE, clip) == 0
    before = everything_in(out)
    assert synthesize(out, *LOOSE, clip) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert everything_in(out) == before
    own = out / "input" / "mine.png"
    own.write_bytes(b"of the user")
    assert synthesize(out, "--overwrite", "--max_blur=1", "--num_frames=9", clip) == 0
    names = [file.name for file in sorted((out / "input").iterdir())]
    assert names == ["clip_09_000004.png", "clip_09_000013.png", "mine.png"]
    assert own.read_bytes() == b"of the user"


def test_a_file_of_the_user_is_not_replaced_even_when_asked(tmp_path, capsys, clip):
    own = tmp_path / "out" / "target" / "clip_07_000003.png"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"of the user")
    assert synthesize(tmp_path / "out", "--overwrite", *LOOSE, clip) == 2
    assert "clip_07_000003.png: exists already and is of no earlier run" in capsys.readouterr().err
    assert own.read_bytes() == b"of the user"


def test_what_a_killed_run_left_is_replaced_when_asked(tmp_path, monkeypatch, clip):
    from tfdeblur.synthesis import pair_folder

    out = tmp_path / "out"
    assert synthesize(out, *LOOSE, clip) == 0
    undisturbed = everything_in(out)
    shutil.rmtree(out)

    class Killed(BaseException):
        """Nothing is tidied up behind it."""

    def killed(*_):
        raise Killed

    monkeypatch.setattr(pair_folder.PairFolder, "write_report", killed)
    with pytest.raises(Killed):
        synthesize(out, *LOOSE, clip)
    assert images_of(out, "input")
    (out / "input" / ".unfinished.clip_07_000003.png").write_bytes(b"half")
    monkeypatch.undo()
    assert synthesize(out, *LOOSE, clip) == 2
    assert synthesize(out, "--overwrite", *LOOSE, clip) == 0
    assert everything_in(out) == undisturbed


def test_a_report_cannot_name_files_elsewhere(tmp_path, clip):
    precious = tmp_path / "precious.png"
    precious.write_bytes(b"precious")
    out = tmp_path / "out"
    (out / "input").mkdir(parents=True)
    (out / "report.csv").write_text("pair\n../../precious\n")
    assert synthesize(out, "--overwrite", *LOOSE, clip) == 0
    assert precious.exists()


def test_same_run_same_bytes(tmp_path, clip):
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        assert synthesize(out, *LOOSE, clip) == 0
    assert list(everything_in(first).values()) == list(everything_in(second).values())


def test_a_measured_response_is_used(tmp_path, clip):
    measured = tmp_path / "camera.txt"
    measured.write_text("0 0\n1 1\n")
    for crf in ("linear", measured):
        assert synthesize(tmp_path / f"out_{crf == measured}", *LOOSE, f"--crf={crf}", clip) == 0
    linear, own = (images_of(tmp_path / f"out_{own}", "input") for own in (False, True))
    for name, image in linear.items():
        np.testing.assert_array_equal(image, own[name])


def test_16_bit_frames_give_16_bit_pairs(tmp_path):
    folder = tmp_path / "deep"
    folder.mkdir()
    for index, frame in enumerate(moving_frames(7)):
        cv2.imwrite(str(folder / f"{index}.png"), frame[..., ::-1].astype(np.uint16) * 257)
    assert synthesize(tmp_path / "out", *LOOSE, folder) == 0
    pair = tmp_path / "out" / "target" / "deep_07_000003.png"
    assert cv2.imread(str(pair), cv2.IMREAD_UNCHANGED).dtype == np.uint16


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no INPUT"),
        (["--num_frames=8", "CLIP"], "--num_frames=8; expected an odd number"),
        (["--num_frames=1", "CLIP"], "--num_frames=1"),
        (["--num_frames=13-7", "CLIP"], "--num_frames=13-7"),
        (["--num_frames=seven", "CLIP"], "--num_frames=seven"),
        (["--num_frames=25", "CLIP"], "holds 23 frames; expected at least the 25"),
        (["--stride=0", "CLIP"], "stride"),
        (["--crf=film", "CLIP"], "camera response 'film'"),
        (["CLIP", "CLIP"], "the same names"),
        (["missing.mp4"], "missing.mp4: no such file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(tmp_path, capsys, clip, arguments, message):
    given = [clip if argument == "CLIP" else argument for argument in arguments]
    assert synthesize(tmp_path / "out", *given) == 2
    lines = capsys.readouterr().err.splitlines()
    assert any(message in line for line in lines), lines


def test_output_must_be_a_folder(tmp_path, capsys, clip):
    (tmp_path / "out").write_text("")
    assert synthesize(tmp_path / "out", clip) == 2
    assert "expected a directory for the pairs" in capsys.readouterr().err


@pytest.mark.reference
def test_frames_of_a_film(tmp_path, reference_data):
    """Real frames; 24 a second are too few, which --max_step overrules."""
    film = reference_data / "seq" / "sintel_10"
    assert synthesize(tmp_path / "refused", "--num_frames=9", film) == 2
    arguments = ["--num_frames=9", "--stride=1", "--max_step=50", film]
    assert synthesize(tmp_path / "out", *arguments) == 0
    frames = [np.asarray(Image.open(file)) for file in sorted(film.glob("*.png"))]
    blurred, sharp = (images_of(tmp_path / "out", side) for side in ("input", "target"))
    assert len(blurred) == 2
    for first, name in enumerate(blurred):
        assert np.abs(blurred[name] - linear_mean(frames[first : first + 9])).max() <= 1
        np.testing.assert_array_equal(sharp[name], frames[first + 4])
