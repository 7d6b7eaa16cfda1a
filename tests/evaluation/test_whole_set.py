"""Whole evaluations: their figures, going on, shards, and what is refused."""

import csv
import dataclasses
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import cv2
import keras
import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from tests.evaluation.on_backend import summary_of_pairs
from tests.evaluation.small import deblurrer, pair, sharpen, write_pairs
from tests.inference.fake_runtimes import PerPixel
from tests.support.commands import on_jax
from tests.system.test_locks import is_free
from tfdeblur import Deblurrer
from tfdeblur.data import folder_pairs
from tfdeblur.errors import InputError
from tfdeblur.evaluation import evaluate, whole_set
from tfdeblur.evaluation.results import FILES
from tfdeblur.evaluation.scores import SCORES

NAMES = ["a/0", "a/1", "b/0", "b/1", "b/2", "c/0", "c/1"]
SHARDS = ((1, 2), (2, 2))
UNTIMED = ("per_image.csv", "report.html")
REQUIRED = [
    "num_images",
    "psnr_db",
    "ssim_matlab3d",
    "ssim_gaussian",
    "ssim_skimage",
    "input_psnr_db",
    "quantisation",
    "runtime_ms_median",
    "parameters",
    "multiply_adds",
    "model",
    "weights_sha256",
    "versions",
    "device",
]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return folder_pairs(**write_pairs(tmp_path_factory.mktemp("pairs"), NAMES))


@pytest.fixture(scope="module")
def done(source, tmp_path_factory):
    """The folder of a complete evaluation."""
    output = tmp_path_factory.mktemp("results")
    evaluate(deblurrer(), source, output)
    return output


def rows_of(output, name="per_image.csv"):
    with (output / name).open() as file:
        return list(csv.DictReader(file))


def summary_of(output, but=("runtime_ms_median",)):
    summary = json.loads((output / "summary.json").read_text())
    return {key: value for key, value in summary.items() if key not in but}


def assert_same_results(output, other):
    for name in UNTIMED:
        assert (output / name).read_bytes() == (other / name).read_bytes(), name
    assert summary_of(output) == summary_of(other)


QUANTISE = {
    "round": lambda x: np.floor(x * 255 + 0.5) / 255,
    "floor": lambda x: np.floor(x * 255) / 255,
    "float": lambda x: x,
}


@pytest.mark.parametrize("quantisation", QUANTISE)
def test_figures_are_those_of_scikit_image(source, tmp_path, quantisation):
    summary = evaluate(deblurrer(), source, tmp_path, quantisation)
    rows = rows_of(tmp_path)
    assert [row["name"] for row in rows] == NAMES
    for number, row in enumerate(rows):
        blur, sharp = pair(number)
        restored = QUANTISE[quantisation](np.clip(sharpen(blur), 0, 1))
        for prefix, image in (("", restored), ("input_", blur / 255)):
            psnr_db = peak_signal_noise_ratio(sharp / 255, image, data_range=1)
            ssim = structural_similarity(sharp / 255, image, data_range=1, channel_axis=-1)
            # A value on the edge of two levels may fall either way: 1e-3 dB is one of them.
            assert float(row[f"{prefix}psnr_db"]) == pytest.approx(psnr_db, abs=1e-3)
            assert float(row[f"{prefix}ssim_skimage"]) == pytest.approx(ssim, abs=1e-4)
    for score in ("psnr_db", "ssim_matlab3d", "input_psnr_db", "input_ssim_gaussian"):
        mean = np.mean([float(row[score]) for row in rows])
        assert summary[score] == pytest.approx(mean, abs=1e-5)
    assert summary["psnr_db"] > summary["input_psnr_db"]


def test_summary(done, source):
    summary = summary_of(done, but=())
    assert set(REQUIRED) <= set(summary)
    assert summary["model"] == "sharpen"
    assert summary["num_images"] == 7
    assert summary["partial"] is False
    assert summary["parameters"] == 27 * 3 + 3
    assert summary["multiply_adds"] == 36 * 52 * 27 * 3
    assert summary["image_size"] == "52x36"
    assert summary["dataset"] == source.name
    assert summary["versions"]["keras"] == keras.__version__
    runtimes = [float(row["runtime_ms"]) for row in rows_of(done, "runtimes.csv")]
    assert summary["runtime_ms_median"] == pytest.approx(np.median(runtimes), abs=1e-3)
    assert min(runtimes) > 0


def test_means_per_video(done):
    rows, videos = rows_of(done), summary_of(done)["videos"]
    assert {video: means["num_images"] for video, means in videos.items()} == {
        "a": 2,
        "b": 3,
        "c": 2,
    }
    for video, means in videos.items():
        expected = [float(row["psnr_db"]) for row in rows if row["name"].startswith(video)]
        assert means["psnr_db"] == pytest.approx(np.mean(expected), abs=1e-5)


def test_twice_gives_the_same_files(done, source, tmp_path):
    evaluate(deblurrer(), source, tmp_path)
    assert_same_results(done, tmp_path)


def test_again_into_the_same_folder_changes_nothing_and_restores_nothing(done, source):
    before = {name: (done / name).read_bytes() for name in FILES}
    again = deblurrer()
    again.restore = None
    evaluate(again, source, done)
    assert {name: (done / name).read_bytes() for name in FILES} == before


class StopError(Exception):
    """Stands for whatever ends a process."""


def stopping_after(num_images):
    """A deblurrer that stops an evaluation, its warm-up not counted, and the images it did."""
    stopping = deblurrer()
    restore, calls = stopping.restore, []

    def restore_or_stop(batch):
        calls.append(batch)
        if len(calls) == num_images + 2:
            raise StopError
        return restore(batch)

    stopping.restore = restore_or_stop
    return stopping, calls


def test_an_interrupted_evaluation_goes_on(done, source, tmp_path, monkeypatch):
    stopping, _ = stopping_after(3)
    with pytest.raises(StopError):
        evaluate(stopping, source, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["journal_1_of_1.jsonl"]
    journal = tmp_path / "journal_1_of_1.jsonl"
    assert len(journal.read_text().splitlines()) == 1 + 3
    # As a crash leaves it, in the middle of a line.
    journal.write_bytes(journal.read_bytes()[:-20])
    goes_on, calls = stopping_after(100)
    evaluate(goes_on, source, tmp_path)
    num_shown = 6
    assert len(calls) == 1 + (7 - 2) + num_shown
    assert_same_results(done, tmp_path)


def test_shards_give_what_one_process_gives(done, source, tmp_path):
    for i in (3, 1):
        assert evaluate(deblurrer(), source, tmp_path, shard=(i, 3)) is None
        assert not (tmp_path / "summary.json").exists()
    assert evaluate(deblurrer(), source, tmp_path, shard=(2, 3))["num_images"] == 7
    assert_same_results(done, tmp_path)


def test_results_are_written_by_one_shard_at_a_time(source, tmp_path, monkeypatch):
    journal = tmp_path / "journal_1_of_2.jsonl"
    write, was_free = whole_set.write_results, []

    def write_and_look(*arguments):
        was_free.append(is_free(journal))
        write(*arguments)

    monkeypatch.setattr(whole_set, "write_results", write_and_look)
    for shard in SHARDS:
        evaluate(deblurrer(), source, tmp_path, shard=shard)
    assert was_free == [False]
    assert is_free(journal)


def test_shards_that_end_together_leave_whole_results(done, source, tmp_path):
    for shard in SHARDS:
        evaluate(deblurrer(), source, tmp_path, shard=shard)
    for name in FILES:
        (tmp_path / name).unlink()
    with ThreadPoolExecutor(2) as threads:
        ends = [threads.submit(evaluate, deblurrer(), source, tmp_path, shard=s) for s in SHARDS]
    assert [end.result()["num_images"] for end in ends] == [7, 7]
    assert not list(tmp_path.glob(".unfinished*"))
    assert_same_results(done, tmp_path)


def test_a_shard_of_other_weights_is_not_merged(source, tmp_path):
    other = deblurrer()
    other.model.convolution.kernel.assign(0.5 * other.model.convolution.kernel)
    evaluate(other, source, tmp_path, shard=(1, 2))
    assert evaluate(deblurrer(), source, tmp_path, shard=(2, 2)) is None
    summary = evaluate(deblurrer(), source, tmp_path, shard=(1, 2), overwrite=True)
    assert summary["num_images"] == 7


@pytest.mark.parametrize("shard", [(0, 2), (3, 2), (1, 8)])
def test_shards_there_cannot_be(source, tmp_path, shard):
    with pytest.raises(InputError, match="expected i of n"):
        evaluate(deblurrer(), source, tmp_path, shard=shard)


def test_some_images_evenly_spread(done, source, tmp_path):
    summary = evaluate(deblurrer(), source, tmp_path, num_images=3)
    assert [row["name"] for row in rows_of(tmp_path)] == ["a/0", "b/0", "b/2"]
    assert (summary["partial"], summary["num_images"]) == (True, 3)
    assert summary["num_images_of_dataset"] == 7
    assert rows_of(tmp_path)[1] == rows_of(done)[2]
    with pytest.raises(InputError, match="0 images to evaluate; expected at least 1"):
        evaluate(deblurrer(), source, tmp_path, num_images=0)


def _other_weights(source):
    other = deblurrer()
    other.model.convolution.bias.assign([0, 0, 0.01])
    return {"deblurrer": other, "source": source}


def _other_content(source):
    """As if one of the files had been replaced."""
    return {"deblurrer": deblurrer(), "source": dataclasses.replace(source, fingerprint="other")}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_other_weights, "weights_sha256"),
        (_other_content, "dataset_fingerprint '.*' instead of 'other'"),
        (lambda s: {"deblurrer": deblurrer("other"), "source": s}, "model 'sharpen' instead of"),
        (
            lambda s: {"deblurrer": deblurrer(), "source": s, "quantisation": "floor"},
            "quantisation 'round' instead of 'floor'",
        ),
        (lambda s: {"deblurrer": deblurrer(), "source": s, "num_images": 2}, "num_images 7"),
        (
            lambda s: {"deblurrer": deblurrer(), "source": s, "shard": (1, 2)},
            "another evaluation .journal_1_of_1",
        ),
    ],
)
def test_another_evaluation_is_neither_gone_on_with_nor_replaced(done, source, change, named):
    before = {path.name: path.read_bytes() for path in done.iterdir()}
    with pytest.raises(InputError, match=named):
        evaluate(**change(source), output=done)
    assert {path.name: path.read_bytes() for path in done.iterdir()} == before


def test_it_is_replaced_when_asked_for(source, tmp_path):
    evaluate(deblurrer(), source, tmp_path)
    summary = evaluate(deblurrer(), source, tmp_path, "floor", overwrite=True)
    assert summary_of(tmp_path)["quantisation"] == summary["quantisation"] == "floor"
    assert {path.name for path in tmp_path.iterdir()} == {*FILES, "journal_1_of_1.jsonl"}


def test_files_that_no_journal_tells_of_are_kept(source, tmp_path):
    (tmp_path / "summary.json").write_text("mine")
    with pytest.raises(InputError, match=r"another evaluation \(summary.json\)"):
        evaluate(deblurrer(), source, tmp_path)
    assert (tmp_path / "summary.json").read_text() == "mine"
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InputError, match="this is a file"):
        evaluate(deblurrer(), source, file)


def test_a_network_that_does_not_tell_what_it_is_has_no_summary(source, tmp_path):
    with pytest.raises(InputError, match="per_pixel has from a file; expected a preset"):
        evaluate(Deblurrer(PerPixel()), source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_unknown_quantisation(source, tmp_path):
    with pytest.raises(InputError, match="'ceil'; expected one of round, floor, float"):
        evaluate(deblurrer(), source, tmp_path, "ceil")


def test_weights_that_give_nan_are_named_not_averaged(source, tmp_path):
    broken = deblurrer()
    broken.model.convolution.bias.assign([0, np.nan, 0])
    with pytest.raises(InputError, match="a/0: the restored image holds NaN"):
        evaluate(broken, source, tmp_path)


def test_images_that_cannot_be_scored_are_named(tmp_path):
    folders = write_pairs(tmp_path / "pairs", ["fine", "small"])
    for folder in folders.values():
        cv2.imwrite(str(folder / "small.png"), np.zeros((10, 40, 3), np.uint8))
    with pytest.raises(InputError, match="small: received 40x10 pixels; expected at least 11"):
        evaluate(deblurrer(), folder_pairs(**folders), tmp_path / "out")


def test_pairs_that_break_after_they_were_listed_are_named(tmp_path):
    folders = write_pairs(tmp_path / "pairs", ["0", "1", "2"])
    source = folder_pairs(**folders)
    cv2.imwrite(str(folders["sharp_dir"] / "1.png"), np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(InputError, match=r"pair number 1 cannot be read: .*differ in size.*1"):
        evaluate(deblurrer(), source, tmp_path / "out")


def test_equal_images_have_infinite_psnr(tmp_path):
    folders = write_pairs(tmp_path / "pairs", ["0"])
    shutil.copytree(folders["sharp_dir"], tmp_path / "copies")
    same = folder_pairs(blur_dir=tmp_path / "copies", sharp_dir=folders["sharp_dir"])
    identity = deblurrer()
    kernel = np.zeros((3, 3, 3, 3), np.float32)
    kernel[1, 1] = np.eye(3)
    identity.model.convolution.kernel.assign(kernel)
    summary = evaluate(identity, same, tmp_path / "out")
    assert summary["psnr_db"] is None
    assert summary["ssim_gaussian"] == pytest.approx(1, abs=1e-6)
    assert rows_of(tmp_path / "out")[0]["psnr_db"] == "inf"
    assert whole_set.REPORT in {path.name for path in (tmp_path / "out").iterdir()}


@pytest.mark.slow
def test_jax_gives_the_same_figures(tmp_path):
    folders = write_pairs(tmp_path / "pairs", NAMES[:3])
    ours = evaluate(deblurrer(), folder_pairs(**folders), tmp_path / "tensorflow")
    theirs = on_jax(summary_of_pairs, folders, tmp_path / "jax")
    assert "jax" in theirs["versions"]
    for same in ("weights_sha256", "pairs_sha256", "multiply_adds", "dataset_fingerprint"):
        assert theirs[same] == ours[same]
    for score in SCORES:
        assert theirs[score] == pytest.approx(ours[score], abs=1e-4)


def test_pairs_of_16_bits_are_scored_with_all_of_them(tmp_path):
    """A difference that 8 bits do not show."""
    for side, value in (("blur", 20_000), ("sharp", 20_100)):
        (tmp_path / side).mkdir()
        image = np.full((16, 16, 3), value, np.uint16)
        assert cv2.imwrite(str(tmp_path / side / "a.png"), image)
    source = folder_pairs(tmp_path)
    summary = evaluate(deblurrer(), source, tmp_path / "out")
    assert summary["input_psnr_db"] == pytest.approx(20 * np.log10(65535 / 100), abs=1e-3)
