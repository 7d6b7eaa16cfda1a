"""What becomes of jobs: results, those that exist, those that cannot be done."""

import numpy as np
import pytest
from PIL import Image

from tests.inference.fake_runtimes import PerPixel
from tests.inference.photo_files import Inverter, save, value_of
from tests.reference.image_files import exif
from tests.video.clips import psnr_db, read_clip, write_clip
from tfdeblur import Deblurrer
from tfdeblur.errors import InputError
from tfdeblur.inference.files import deblur_files, intermediate_folder
from tfdeblur.inference.jobs import plan_jobs

invert = Inverter()


def test_what_cannot_be_done_is_reported_and_the_others_are_done(photos, tmp_path, caplog):
    (photos / "b.png").write_bytes(b"broken")
    save(photos / "alpha.png").rename(photos / "wrong.webp")
    Image.new("RGBA", (4, 4)).save(photos / "alpha.jpg", "PNG")
    Image.new("RGB", (64, 1)).save(photos / "thin.png")
    jobs = plan_jobs([photos, tmp_path / "missing.png"], tmp_path / "out")
    failures = deblur_files(invert, jobs)
    assert [job.source.name for job in failures] == [
        "alpha.jpg",
        "b.png",
        "thin.png",
        "missing.png",
    ]
    written = sorted(path.name for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert written == ["a.PNG", "c.tif", "wrong.webp"]
    lines = caplog.messages
    assert [line.split(":")[0] for line in lines] == ["not done"] * 4
    assert "64x1 pixels" in lines[2]


class NotDark(PerPixel):
    """Has memory for one image at a time, and none for dark ones."""

    def __call__(self, batch):
        if len(batch) > 1 or np.mean(batch) < 0.1:
            raise MemoryError
        return super().__call__(batch)


def test_a_stream_of_files_goes_on_after_what_fails(tmp_path, caplog):
    for name, value in (("a.png", 100), ("b.png", 10), ("c.png", 120), ("e.png", 140)):
        save(tmp_path / "in" / name, value)
    (tmp_path / "in" / "d.png").write_bytes(b"broken")
    network = Deblurrer(NotDark(), batch_size=3)
    failures = deblur_files(network, plan_jobs([tmp_path / "in"], tmp_path / "out"))
    assert {job.source.name for job in failures} == {"b.png", "d.png"}
    results = {path.name: value_of(path) for path in (tmp_path / "out").iterdir()}
    assert results == {"a.png": [155], "c.png": [135], "e.png": [115]}
    assert "b.png: the memory ran out on 5x4 pixels" in caplog.text


@pytest.mark.parametrize(
    ("on_existing", "num_failures", "value"),
    [("refuse", 1, 77), ("skip", 0, 77), ("overwrite", 0, 245)],
)
def test_results_that_exist(tmp_path, on_existing, num_failures, value):
    image = save(tmp_path / "a.png")
    save(tmp_path / "out" / "a.png", value=77)
    failures = deblur_files(invert, plan_jobs([image], tmp_path / "out"), on_existing)
    assert len(failures) == num_failures
    assert value_of(tmp_path / "out" / "a.png") == [value]
    assert value_of(image) == [10]


def test_a_directory_in_the_place_of_a_result_is_reported(tmp_path):
    image = save(tmp_path / "a.png")
    (tmp_path / "out" / "a.png").mkdir(parents=True)
    assert deblur_files(invert, plan_jobs([image], tmp_path / "out"), "overwrite")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".bmp"])
def test_flipped_bytes_never_stop_a_run(rng, tmp_path, suffix):
    image = Image.fromarray(rng.integers(0, 256, (12, 10, 3), np.uint8))
    image.save(tmp_path / f"good{suffix}", exif=exif(orientation=6))
    data = (tmp_path / f"good{suffix}").read_bytes()
    # Headers and metadata, where a byte decides, lie at both ends.
    ends = [*range(120), *range(len(data) - 120, len(data))]
    for number, position in enumerate(rng.permutation(ends)[:80]):
        changed = bytearray(data)
        changed[position] ^= int(rng.integers(1, 256))
        (tmp_path / "in" / f"{number}{suffix}").parent.mkdir(exist_ok=True)
        (tmp_path / "in" / f"{number}{suffix}").write_bytes(changed)
    jobs = plan_jobs([tmp_path / "in"], tmp_path / "out")
    failures = deblur_files(invert, jobs)
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(jobs) == 80 == len(failures) + len(written)


def test_videos_among_images(photos, tmp_path, caplog):
    write_clip(photos / "clip.mp4", num=2, num_audio=0)
    write_clip(
        photos / "deep" / "old.avi", num=2, num_audio=0, codec="mjpeg", pixel_format="yuvj420p"
    )
    (photos / "broken.mov").write_bytes(b"broken")
    jobs = plan_jobs([photos], tmp_path / "out")
    failures = deblur_files(invert, jobs)
    assert [job.source.name for job in failures] == ["broken.mov"]
    assert "broken.mov: not a video" in caplog.text
    written = {path.relative_to(tmp_path / "out").as_posix() for path in files(tmp_path / "out")}
    assert {"a.PNG", "b.png", "deep/er/c.tif", "clip.mp4", "deep/old.mkv"} == written
    source, result = read_clip(photos / "clip.mp4"), read_clip(tmp_path / "out" / "clip.mp4")
    assert psnr_db(result.frames, 255 - np.array(source.frames)) > 30


@pytest.mark.parametrize(
    ("on_existing", "num_failures", "is_kept"),
    [("refuse", 1, True), ("skip", 0, True), ("overwrite", 0, False)],
)
def test_videos_that_exist(tmp_path, on_existing, num_failures, is_kept):
    clip = write_clip(tmp_path / "clip.webm", num=2, num_audio=0, codec="libvpx-vp9")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "clip.mkv").write_text("there")
    failures = deblur_files(invert, plan_jobs([clip], tmp_path / "out"), on_existing)
    assert len(failures) == num_failures
    assert ((tmp_path / "out" / "clip.mkv").read_bytes() == b"there") == is_kept


def test_two_videos_for_one_target_and_intermediate_images_of_a_video(tmp_path, caplog):
    clips = [tmp_path / "clip.mkv", tmp_path / "clip.webm"]
    with pytest.raises(InputError, match=r"clip\.webm would both be written"):
        plan_jobs(clips, tmp_path / "out")
    jobs = plan_jobs(clips[:1], tmp_path / "out")
    assert deblur_files(invert, jobs, save_intermediate=True) == jobs
    assert "expected images where save_intermediate" in caplog.text


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("stem", ["a" * 251, "照" * 83])
def test_names_of_255_bytes(tmp_path, stem):
    image = save(tmp_path / f"{stem}.png")
    assert deblur_files(invert, plan_jobs([image], tmp_path / "out")) == []
    assert value_of(tmp_path / "out" / image.name) == [245]
    folder = intermediate_folder(tmp_path / "out" / image.name)
    folder.mkdir()
    assert folder != intermediate_folder(tmp_path / "out" / f"{stem[:-1]}b.png")


def test_metadata_that_cannot_be_kept_is_said(tmp_path, caplog):
    image = save(tmp_path / "a.bmp")
    Image.new("RGB", (4, 4)).save(image, "PNG", exif=exif(1))
    assert deblur_files(invert, plan_jobs([image], tmp_path / "out")) == []
    said = caplog.text
    assert f"{tmp_path / 'out' / 'a.bmp'}: without EXIF, which is not written to BMP" in said
