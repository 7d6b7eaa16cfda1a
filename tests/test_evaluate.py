"""The app `tfdeblur evaluate` on good input and on every kind of bad input."""

import csv
import json

import cv2
import numpy as np
import pytest

from tests.evaluation.small import pair, write_pairs
from tests.tfds_builders.preparing import prepare
from tests.weights.importers.test_dmphn_release import built
from tfdeblur import build_model
from tfdeblur.cli import run_app
from tfdeblur.pretrained import DEFAULT_MODEL
from tfdeblur.tfds_builders.su2017 import Builder as Su2017
from tfdeblur.weights.files import save_weights


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    save_weights(built((1,)), folder / "one.weights.h5")
    save_weights(built((1, 1)), folder / "two.weights.h5")
    return folder


@pytest.fixture
def folders(tmp_path):
    return write_pairs(tmp_path / "pairs", ["a/0", "a/1", "b/0"])


@pytest.fixture
def run(tmp_path, weights, capsys):
    """Runs the app with defaults for what is not given; returns (status, stdout, stderr lines)."""

    def run(*flags, **values):
        values = {
            "model": "dmphn_1",
            "weights": weights / "one.weights.h5",
            "output": tmp_path / "out",
            **values,
        }
        given = [f"--{name}={value}" for name, value in values.items() if value is not None]
        status = run_app("evaluate", [*given, *flags])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.splitlines()

    return run


def summary_of(folder):
    return json.loads((folder / "summary.json").read_text())


def test_two_folders(run, folders, tmp_path):
    status, out, err = run(**folders)
    assert (status, err) == (0, [])
    summary = summary_of(tmp_path / "out")
    assert f"psnr_db        {summary['psnr_db']:.4f} (blurred" in out
    assert "3 images; results are in" in out
    assert summary["model"] == "dmphn_1"
    assert summary["parameters"] == 1_808_131
    assert set(summary["videos"]) == {"a", "b"}


def test_weights_may_be_those_of_the_package(run, folders, tmp_path):
    status, _, err = run(model=DEFAULT_MODEL, weights=None, **folders)
    assert (status, err) == (0, [])
    summary = summary_of(tmp_path / "out")
    assert summary["model"] == DEFAULT_MODEL


def test_flags_reach_the_evaluation(run, folders, tmp_path):
    assert run(quantisation="floor", num_images=2, **folders)[0] == 0
    summary = summary_of(tmp_path / "out")
    assert (summary["quantisation"], summary["num_images"]) == ("floor", 2)
    status, _, err = run(**folders)
    assert status == 2
    assert "holds another evaluation, with num_images 2 instead of 3" in err[-1]
    assert run("--overwrite", **folders)[0] == 0
    assert summary_of(tmp_path / "out")["num_images"] == 3


def test_shards(run, folders, tmp_path):
    status, out, _ = run(shard="2/2", **folders)
    assert status == 0
    assert "shard 2/2 is done" in out
    assert not (tmp_path / "out" / "summary.json").exists()
    assert "3 images" in run(shard="1/2", **folders)[1]


def test_a_stack_up_to_a_depth(run, folders, tmp_path):
    save_weights(build_model("stack2_dmphn"), tmp_path / "stack.weights.h5")
    stack = {"model": "stack2_dmphn", "weights": tmp_path / "stack.weights.h5"}
    assert run(depth=1, num_images=1, **stack, **folders)[0] == 0
    summary = summary_of(tmp_path / "out")
    assert summary["depth"] == 1
    assert summary["parameters"] == 5_424_393


VIDEOS = ("IMG_0003", "IMG_0021")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """A few pairs of su2017, prepared as a partial dataset."""
    folder = tmp_path_factory.mktemp("tfds")
    root = folder / "manual" / "quantitative_datasets"
    for number, (video, frame) in enumerate((v, f) for v in VIDEOS for f in ("00000", "00001")):
        for side, image in zip(("input", "GT"), pair(number), strict=True):
            path = root / video / side / f"{frame}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(path), image)
    prepare(Su2017, folder, folder / "manual", allow_partial=True)
    return folder


def test_a_dataset_with_means_per_video(run, data_dir, tmp_path):
    status, out, err = run("--allow_partial", dataset="su2017", data_dir=data_dir)
    assert (status, err) == (0, [])
    assert "4 images" in out
    summary = summary_of(tmp_path / "out")
    assert (summary["dataset"], summary["partial"]) == ("su2017:test", True)
    assert summary["dataset_version"] == "su2017/partial/1.0.0"
    with (tmp_path / "out" / "per_image.csv").open() as file:
        rows = list(csv.DictReader(file))
    for video in VIDEOS:
        frames = [float(row["psnr_db"]) for row in rows if row["name"].startswith(video)]
        assert summary["videos"][video]["num_images"] == len(frames) == 2
        assert summary["videos"][video]["psnr_db"] == pytest.approx(np.mean(frames), abs=1e-5)


def test_a_partial_dataset_is_not_taken_for_the_whole(run, data_dir):
    status, _, err = run(dataset="su2017", data_dir=data_dir)
    assert status == 2
    assert "Dataset 'su2017' is not prepared in" in err[-1]


def _remove_partner(folders):
    (folders["sharp_dir"] / "a" / "1.png").unlink()


def _other_size(folders):
    cv2.imwrite(str(folders["sharp_dir"] / "b" / "0.png"), np.zeros((20, 30, 3), np.uint8))


def _no_images(folders):
    for path in folders["blur_dir"].rglob("*.png"):
        path.unlink()


@pytest.mark.parametrize(
    ("break_pairs", "named"),
    [
        (_remove_partner, "blur/a/1.png: no partner among the sharp images"),
        (_other_size, "blur/b/0.png: is 52x36 pixels, its partner"),
        (_no_images, "blur: holds no images"),
    ],
)
def test_folders_that_are_no_pairs(run, folders, tmp_path, break_pairs, named):
    break_pairs(folders)
    status, _, err = run(**folders)
    assert status == 2
    assert named in "\n".join(err)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"blur_dir": None, "sharp_dir": None}, "Expected --dataset, or --blur_dir and"),
        ({"sharp_dir": None}, "Expected --dataset, or --blur_dir and"),
        ({"dataset": "gopro"}, "Received --dataset and folders of images"),
        ({"split": "test"}, "Received --split with folders of images; it belongs to --dataset."),
        ({"data_dir": "x"}, "Received --data_dir with folders of images; it belongs to --dataset."),
        ({"allow_partial": "true"}, "Received --allow_partial with folders of images; it belongs"),
        ({"blur_dir": "missing"}, "missing: expected a folder of images"),
        ({"model": "dmphn"}, "Received model 'dmphn': no such network; expected one of: dmphn_1"),
        ({"weights": "missing.weights.h5"}, "missing.weights.h5: no such weight file"),
        ({"quantisation": "ceil"}, "quantisation"),
        ({"depth": 2}, "depth 2; expected 1 to 1"),
        ({"num_images": 0}, "num_images"),
        ({"shard": "3/2"}, "Received --shard=3/2; expected I/N"),
        ({"shard": "0/2"}, "Received --shard=0/2; expected I/N"),
        ({"shard": "half"}, "Received --shard=half; expected I/N"),
        ({"shard": "4/4"}, "Received shard 4 of 4 for 3 images"),
        ({"output": None}, "Expected --output as well"),
    ],
)
def test_bad_flags(run, folders, values, message):
    status, _, err = run(**{**folders, **values})
    assert status == 2
    assert message in err[-1]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"dataset": "no_such_thing"}, "'no_such_thing', which TFDS does not know"),
        ({"dataset": "su2017/gamma"}, "Received dataset 'su2017/gamma': "),
        ({"dataset": "su2017", "split": "validation"}, "has no split 'validation'"),
    ],
)
def test_bad_datasets(run, data_dir, values, message):
    status, _, err = run("--allow_partial", data_dir=data_dir, **values)
    assert status == 2
    assert message in err[-1]


def test_weights_of_another_model(run, folders, weights):
    status, _, err = run(weights=weights / "two.weights.h5", **folders)
    assert status == 2
    assert "received weights of DMPHN(levels=[1, 1]" in err[-1]


def test_an_argument_is_refused(run, folders):
    assert "Received 'photo.png'; expected flags only" in run("photo.png", **folders)[2][-1]
