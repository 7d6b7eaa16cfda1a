"""A line of the ledger comes from what the run wrote, or is refused."""

import json
import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from tests.tools.ledger_lines import CONFIG, ROW
from tfdeblur.config import read_experiment
from tfdeblur.errors import InputError
from tfdeblur.training.settings import settings_of
from tools import record_result
from tools.ledger import frames_of
from tools.record_result import config_sha256, image_names_beside

PAPER_CONFIG = "papers/zhang2019/table1_dmphn_1_2_4.gin"
SUMMARY = {
    "num_images": 4,
    "psnr_db": 28.31642,
    "ssim_matlab3d": 0.91,
    "ssim_gaussian": 0.87,
    "ssim_skimage": 0.86,
    "input_psnr_db": 23.585,
    "input_ssim_matlab3d": 0.81,
    "input_ssim_gaussian": 0.75,
    "input_ssim_skimage": 0.74,
    "dataset": "some/photos",
    "partial": False,
    "dataset_version": "",
    "pairs_sha256": "b" * 64,
    "depth": None,
    "precision": "float32",
    "quantisation": "round",
    "image_size": "1280x720",
    "runtime_ms_median": 6459.1,
    "parameters": 5424393,
    "multiply_adds": 687_000_000_000,
    "model": "dmphn_1_2_4",
    "weights_sha256": "a" * 64,
    "versions": {"tensorflow": "2.21.0", "keras": "3.15.0"},
    "device": "CPU, 2 cores",
}

FRAMES = frames_of("gopro/test")
WHOLE_SET = SUMMARY | {
    "num_images": 1111,
    "dataset": "gopro:test",
    "dataset_version": "gopro/blur/1.0.0",
}


def recorded(summary=SUMMARY, **changes):
    arguments = {
        "image_names": FRAMES[:4],
        "status": "official_weights",
        "row_names": [ROW],
        "config": CONFIG,
        "dataset": None,
        "workdir": None,
        "timed": True,
        "git_revision": "0" * 40,
    }
    return record_result.new_run(summary=summary, **(arguments | changes))


def test_a_line_holds_what_the_summary_says():
    run = recorded()
    assert (run.psnr_db, run.num_images, run.num_images_in_set) == ("28.3164", "4", "1111")
    assert (run.dataset, run.versions) == ("gopro/test", "keras 3.15.0; tensorflow 2.21.0")
    assert run.config_sha256 == config_sha256(CONFIG)
    assert run.multiply_adds == "687000000000"


def trained(folder, *bindings, steps, summary=SUMMARY):
    """A run's folder after `steps` steps, and the evaluation at its end."""
    experiment, _ = read_experiment([PAPER_CONFIG], [f"STEPS = {steps}", *bindings])
    (folder / "settings.json").write_text(json.dumps(settings_of(experiment)))
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / f"step_{steps:09d}.json").write_text("{}")
    evaluation = folder / "evaluation" / f"step_{steps:09d}"
    evaluation.mkdir(parents=True)
    (evaluation / "summary.json").write_text(json.dumps(summary))
    return folder


def test_a_run_brings_its_seed_steps_and_changes(tmp_path):
    workdir = trained(tmp_path, "SEED = 7", "BATCH_SIZE = 2", steps=100)
    run = recorded(status="partial", workdir=workdir, config=PAPER_CONFIG)
    assert (run.seed, run.steps, run.paper_steps) == ("7", "100", "1051500")
    assert run.changes == "run.batch_size = 2"


def test_a_run_as_in_the_paper_has_no_changes(tmp_path):
    reporting = "training.ReportSettings.num_images = 2"
    compiled = "training.RunSettings.jit_compile = True"
    workdir = trained(tmp_path, "SEED = 7", compiled, reporting, steps=1051500)
    run = recorded(
        WHOLE_SET, image_names=None, status="measured", workdir=workdir, config=PAPER_CONFIG
    )
    assert (run.steps, run.changes) == ("1051500", "")


@pytest.mark.parametrize(
    ("removed", "message"),
    [
        ("checkpoints/step_000000100.json", "made 0 of 100 steps"),
        ("evaluation/step_000000100/summary.json", "expected the evaluation at the run's end"),
    ],
)
def test_an_unfinished_run_is_refused(tmp_path, removed, message):
    workdir = trained(tmp_path, steps=100)
    (workdir / removed).unlink()
    with pytest.raises(InputError, match=message):
        recorded(status="partial", workdir=workdir, config=PAPER_CONFIG)


def test_other_weights_than_the_last_are_refused(tmp_path):
    workdir = trained(tmp_path, steps=100, summary=SUMMARY | {"weights_sha256": "c" * 64})
    with pytest.raises(InputError, match=r"other weights than .*model\.weights\.h5"):
        recorded(status="partial", workdir=workdir, config=PAPER_CONFIG)


@pytest.mark.parametrize("name", ["su2017:test", "su2017/blur:test[:4]", "su2017:1.0.0:test"])
def test_a_prepared_dataset_names_itself(name):
    summary = SUMMARY | {"dataset": name, "dataset_version": "su2017/1.0.0"}
    run = recorded(summary, row_names=[], image_names=None)
    assert (run.dataset, run.num_images_in_set) == ("su2017/test", "1000")


def test_a_folder_is_the_published_set_by_the_names_of_its_images():
    renamed = [name.replace("/", "_") for name in FRAMES]
    whole = SUMMARY | {"num_images": 1111}
    assert recorded(whole, image_names=renamed).is_on_whole_set
    assert not recorded(image_names=["GOPR0854_11_00_dh01", *renamed[:3]]).is_on_whole_set
    with pytest.raises(InputError, match="named 'GOPR0854_11_00_dh01'; expected images of gopro"):
        recorded(whole, image_names=["GOPR0854_11_00_dh01", *renamed[1:]])


@pytest.mark.parametrize(
    ("summary", "image_names", "message"),
    [
        ({"dataset": "gopro:train"}, None, "summary of gopro:train; expected one of gopro:test"),
        ({"dataset": "gopro:test+train"}, None, r"summary of gopro:test\+train"),
        ({"partial": True}, None, "says partial, of 1111 images"),
        ({"dataset_version": ""}, None, "expected the per_image.csv"),
        ({"dataset_version": ""}, FRAMES[:4], "expected the per_image.csv"),
        ({"dataset_version": "", "num_images": 1}, ["photos/1"], "an image named 'photos_1'"),
        ({"dataset_version": "", "num_images": 1}, frames_of("gopro/train")[:1], "of gopro/test"),
    ],
)
def test_other_images_than_the_papers_are_refused(summary, image_names, message):
    with pytest.raises(InputError, match=message):
        recorded(WHOLE_SET | summary, image_names=image_names)


def test_names_are_read_beside_the_summary(tmp_path):
    assert image_names_beside(tmp_path / "summary.json") is None
    (tmp_path / "per_image.csv").write_text("name,width\na/1,5\na/2,5\n")
    assert image_names_beside(tmp_path / "summary.json") == ["a/1", "a/2"]


def test_a_time_of_a_busy_machine_can_be_left_out():
    assert recorded().runtime_ms_median == "6459.1000"
    assert recorded(timed=False).runtime_ms_median == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "measured"}, "states its seed"),
        ({"row_names": ["Zhang19/Table 1/DMPHN(3)"], "dataset": "gopro/test"}, "has no row"),
        ({"row_names": [], "config": None}, "no --config"),
        ({"row_names": []}, "no --dataset"),
        ({"workdir": "nowhere"}, "nowhere/settings.json"),
        ({"config": "models/nonsense.gin"}, "nonsense"),
        ({"summary": WHOLE_SET | {"dataset_version": "su2017/1.0.0"}}, "is not of 'gopro/test'"),
        ({"summary": WHOLE_SET | {"dataset_version": "gopro/blur_gamma/1.0.0"}}, "blur_gamma"),
        ({"summary": {"num_images": 4}}, "without psnr_db, ssim_matlab3d"),
        ({"summary": SUMMARY | {"psnr_db": None}}, "psnr_db is ''"),
    ],
)
def test_what_cannot_be_recorded_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        recorded(**changes)


def test_the_revision_tells_of_uncommitted_code(tmp_path, monkeypatch):
    def git(*arguments):
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True)

    monkeypatch.setattr("tools.ledger.PROJECT", tmp_path)
    for name in ("gin", "experiments"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("1")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "first")
    assert len(record_result.git_revision()) == 40
    (tmp_path / "experiments" / "file").write_text("2")
    assert len(record_result.git_revision()) == 40
    (tmp_path / "gin" / "file").write_text("2")
    assert record_result.git_revision().endswith("-dirty")


def test_the_command_refuses_with_status_2_and_appends_nothing(tmp_path):
    file = tmp_path / "summary.json"
    file.write_text(json.dumps(SUMMARY))
    (tmp_path / "per_image.csv").write_text("\n".join(["name", *FRAMES[:4]]))
    ledger_file = PROJECT / "experiments" / "results.csv"
    before = ledger_file.read_bytes() if ledger_file.exists() else None
    flags = [f"--summary={file}", "--status=measured", f"--row={ROW}"]
    command = [sys.executable, "-m", "tools.record_result", *flags, f"--config={CONFIG}"]
    finished = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert finished.returncode == 2
    assert finished.stderr.splitlines()[-1].startswith("Received a run that cannot be recorded")
    assert (ledger_file.read_bytes() if ledger_file.exists() else None) == before
