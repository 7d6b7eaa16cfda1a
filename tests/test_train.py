"""`tfdeblur train`: what a run leaves, a dry run, and everything that can be wrong."""

import json
import re
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.python.summary.summary_iterator import summary_iterator

import tfdeblur
from tests.data.pairs import telling_pair
from tests.training.runs import (
    assert_same_tensors,
    everything_in,
    history,
    tensors,
    train,
    write_tiny,
)
from tfdeblur.cli import run_app
from tfdeblur.training.workdir import locked

# Two scales, so that the loss has parts; gray crops, as in the paper.
TWO_SCALES = """
MODEL = "pss_nsc"
training.Experiment.model_arguments = {"num_scales": 2, "filters": (4, 6), "units": 1}
training.CropSettings.augmentations = ("grayscale",)
training.ReportSettings.evaluate_at_end = True
training.ReportSettings.export_at_end = True
training.ReportSettings.num_images = 1
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A configuration that trains in seconds."""
    return write_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def done(tiny, tmp_path_factory):
    """The folder of a complete run of it."""
    folder = tmp_path_factory.mktemp("done")
    assert train(tiny, folder / "run") == 0
    return folder / "run"


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The folder of a complete run with everything on."""
    folder = tmp_path_factory.mktemp("full")
    assert train(write_tiny(folder, TWO_SCALES), folder / "run") == 0
    return folder / "run"


def events(folder):
    """Tags of all TensorBoard events below a folder, each with a dict from step to value."""
    found = {}
    for file in sorted(folder.rglob("events.*")):
        for event in summary_iterator(str(file)):
            for value in event.summary.value:
                found.setdefault(value.tag, {})[event.step] = tf.make_ndarray(value.tensor)
    return found


def size_of(path):
    """(width, height) of an image file."""
    with Image.open(path) as image:
        return image.size


def last_line(capsys):
    """The one line of standard error."""
    [line] = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.slow
def test_a_run_leaves_what_it_promises(full):
    names = {path.name for path in full.iterdir()}
    assert names == {
        *("config.gin", "settings.json", "history.csv", "training_curve.png"),
        *("model.weights.h5", "best.weights.h5", "checkpoints", "tensorboard", ".lock"),
        *("evaluation", "summary.json", "before_after.png", "saved_model"),
    }
    assert not list(full.rglob(".unfinished*"))


@pytest.mark.slow
def test_scalars_of_a_run(full):
    seen = events(full / "tensorboard")
    scalars = "loss loss_1 loss_2 psnr_db input_psnr_db learning_rate gradient_norm input_wait_ms"
    for name in scalars.split():
        assert list(seen[f"train/{name}"]) == [2, 4, 6], name
        assert all(np.isfinite(value) for value in seen[f"train/{name}"].values()), name
    for name in ("psnr_db", "input_psnr_db"):
        assert list(seen[f"validation/{name}"]) == [3, 6]
    # Warm-up over two steps: the second of them is made at half the highest rate.
    assert seen["train/learning_rate"][2] == pytest.approx(0.5e-3)
    assert seen["train/learning_rate"][6] == pytest.approx(
        0.5e-3 * (1 + np.cos(np.pi * 3 / 4)), rel=1e-5
    )
    assert seen["train/gradient_norm"][2] > 0
    # The loss of a network is the sum of those of its scales.
    parts = sum(seen[f"train/loss_{scale}"][2] for scale in (1, 2))
    assert seen["train/loss"][2] == pytest.approx(parts, rel=1e-4)


@pytest.mark.slow
def test_images_and_texts_of_a_run(full):
    seen = events(full / "tensorboard")
    [tag] = [name for name in seen if "restored" in name]
    width, height, png = seen[tag][6]
    assert (int(width), int(height)) == (4 * 48, 48)
    strip = tf.io.decode_png(png).numpy()
    blurred, sharp = telling_pair(0)
    restored = strip[:, 48:96].astype(int)
    np.testing.assert_array_equal(strip[:, :48], blurred)
    np.testing.assert_array_equal(strip[:, 96:144], sharp)
    np.testing.assert_array_equal(strip[:, 144:], np.clip(5 * abs(restored - sharp), 0, 255))
    [config] = seen["config"][0].ravel()
    assert "MODEL = 'pss_nsc'" in config.decode()
    [settings] = seen["settings"][0].ravel()
    assert '"num_scales": 2' in settings.decode()


@pytest.mark.slow
def test_summary_and_pictures_of_a_run(full):
    summary = json.loads((full / "summary.json").read_text())
    for name in ("psnr_db", "ssim_matlab3d", "ssim_gaussian"):
        assert np.isfinite(summary[name])
        assert np.isfinite(summary[f"input_{name}"])
    # A row for each of the three pairs: blurred, restored, sharp.
    assert size_of(full / "before_after.png") == (3 * 48, 3 * 48)
    width, height = size_of(full / "training_curve.png")
    assert width > height > 200


@pytest.mark.slow
def test_history_of_a_run(full):
    rows = history(full)
    assert [row["step"] for row in rows] == ["3", "6"]
    for name in ("loss", "loss_1", "psnr_db", "input_psnr_db", "val_psnr_db", "val_input_psnr_db"):
        assert all(np.isfinite(float(row[name])) for row in rows), name


@pytest.mark.slow
def test_the_exported_weights_are_the_average_that_was_validated(full, rng):
    """The last validation is that of model.weights.h5, and best.weights.h5 is the best one."""
    model = tfdeblur.load_model(full / "model.weights.h5")
    summary = json.loads((full / "summary.json").read_text())
    validated = [float(row["val_psnr_db"]) for row in history(full)]
    # Validation uses pairs 0 and 1 of three; the evaluation all: compared through images.
    images = rng.integers(0, 256, (1, 65, 97, 3), np.uint8)
    loaded = tf.saved_model.load(str(full / "saved_model"))
    restored = loaded.signatures["serving_default"](images=tf.constant(images))["restored"]
    expected = np.asarray(model.deblur(images / np.float32(255.0)))
    assert restored.dtype == tf.uint8
    assert abs(restored.numpy() - 255 * expected.clip(0, 1)).max() <= 0.51
    assert np.isfinite([*validated, summary["psnr_db"]]).all()
    trained = tensors(full / "checkpoints" / "step_000000006.weights.h5")
    exported = tensors(full / "model.weights.h5")
    assert any(not np.array_equal(trained[name], exported[name]) for name in exported)


@pytest.mark.slow
def test_the_command_that_a_run_prints_deblurs(tiny, done, tmp_path, capsys):
    """The last line of the output, as the user would paste it, with a photo of the user."""
    assert train(tiny, done) == 0
    printed = capsys.readouterr().out
    photo = tmp_path / "photo.png"
    Image.fromarray(np.full((31, 47, 3), 90, np.uint8)).save(photo)
    line = printed.strip().splitlines()[-1].strip()
    program, app, *arguments = line.split()
    assert (program, app) == ("tfdeblur", "deblur")
    arguments = [
        argument.replace("photo.jpg", str(photo)).replace("=restored", f"={tmp_path / 'restored'}")
        for argument in arguments
    ]
    assert run_app("deblur", arguments) == 0
    [restored] = (tmp_path / "restored").iterdir()
    assert size_of(restored) == (47, 31)


@pytest.mark.slow
def test_a_run_restarts_from_its_own_config_alone(done, tmp_path, monkeypatch):
    """The same initial weights and the same data: equal losses, and weights within rounding."""
    monkeypatch.chdir(tmp_path)
    assert run_app("train", [f"--gin_file={done / 'config.gin'}", "--workdir=again"]) == 0
    config = (tmp_path / "again" / "config.gin").read_text()
    assert config == (done / "config.gin").read_text()
    first, second = (tensors(run / "model.weights.h5") for run in (done, tmp_path / "again"))
    for name, value in first.items():
        np.testing.assert_allclose(second[name], value, rtol=1e-3, atol=1e-5)


@pytest.mark.slow
def test_a_complete_run_is_only_finished_again(tiny, done, tmp_path):
    again = shutil.copytree(done, tmp_path / "run")
    (again / "training_curve.png").unlink()
    assert train(tiny, again) == 0
    assert (again / "training_curve.png").is_file()
    assert_same_tensors(again / "model.weights.h5", done / "model.weights.h5")
    assert history(again) == history(done)


@pytest.mark.slow
def test_a_longer_run_goes_on(tiny, done, tmp_path):
    again = shutil.copytree(done, tmp_path / "run")
    assert train(tiny, again, "STEPS=9") == 0
    assert [row["step"] for row in history(again)] == ["3", "6", "9"]
    kept = sorted(path.name for path in (again / "checkpoints").glob("*.h5"))
    assert kept == [f"step_{step:09d}.weights.h5" for step in (3, 6, 9)]
    assert train(tiny, again, "STEPS=12", "CheckpointSettings.keep=1") == 0
    kept = [path.name for path in (again / "checkpoints").iterdir()]
    assert sorted(kept) == ["step_000000012.json", "step_000000012.weights.h5"]


def test_a_dry_run_says_what_it_costs_and_writes_nothing(tiny, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert train(tiny, None, flags=["--dry_run"]) == 0
    printed = capsys.readouterr().out
    assert "training.RunSettings.steps = %STEPS" in printed
    assert "parameters: 2,815" in printed
    assert "steps: 6 of 2 crops of 16x16 on 1 replicas, float32" in printed
    assert re.search(r"memory: about [1-9]\d* MB on each replica", printed)
    assert "3 pairs" in printed
    assert list(tmp_path.iterdir()) == []
    assert train(tiny, tmp_path / "run", flags=["--dry_run"]) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_tells_the_cost_before_it_misses_the_data(tiny, tmp_path, capsys):
    assert train(tiny, None, f"PAIRS='{tmp_path}/none'", flags=["--dry_run"]) == 2
    said = capsys.readouterr()
    assert "parameters: 2,815" in said.out
    assert f"{tmp_path}/none" in said.err


def test_packaged_files_are_found_from_any_directory(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ["--dry_run", "--gin_param=RunSettings.deterministic=False"]
    arguments += ["--gin_param=tfds_pairs.name='synthetic_blur/none'"]
    # The data is not there, but everything before it is told.
    assert run_app("train", ["--gin_file=runs/quickstart.gin", *arguments]) == 2
    assert "parameters: 518,022" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("RunSettings.stepps=3", "steps"),
        ("RunSetings.steps=3", "RunSettings"),
        ("STEPZ=3", "STEPS"),
        ("Experiment.model_arguments={'levls': (1,)}", "the nearest are levels"),
        ("Experiment.model_arguments={'name': 'x'}", "the argument name for DMPHN"),
        ("Experiment.model_arguments=3", "model_arguments = 3; expected a dict"),
        ("MODEL='dmphn_3'", "'dmphn_3': no such network; expected one of: dmphn_1,"),
        ("MODEL=@data.Mixture", "expected a network's name"),
        ("STEPS='x'", "RunSettings.steps = 'x'"),
        ("STEPS=0", "RunSettings.steps = 0; expected a whole number of at least 1"),
        ("STEPS=2.5", "RunSettings.steps = 2.5"),
        ("STEPS=True", "RunSettings.steps = True"),
        ("BATCH_SIZE=-2", "RunSettings.batch_size = -2"),
        ("CROP_SIZE=18", "multiple of 4 for this network, e.g. 16"),
        ("CheckpointSettings.keep=0", "CheckpointSettings.keep = 0"),
        ("STEPS=", "STEPS="),
        ("STEPS 3", "STEPS 3"),
        ("OptimizerSettings.algorithm='sgd'", "one of adam, adamw"),
        ("OptimizerSettings.weight_decay=0.1", "algorithm 'adamw'"),
        ("OptimizerSettings.clip_norm='x'", "clip_norm = 'x'"),
        ("OptimizerSettings.ema_decay=1.5", "ema_decay = 1.5"),
        ("LEARNING_RATE='x'", "learning_rate"),
        ("LEARNING_RATE=-1.0", "learning_rate"),
        ("RunSettings.seed='x'", "seed"),
        ("RunSettings.precision='float8'", "float16"),
        ("RunSettings.distribution='two'", "mirrored"),
        ("CropSettings.augmentations=('flop',)", "flip"),
        ("Experiment.model_arguments={'levels': (3,)}", "levels=(3,)"),
        ("Experiment.model_arguments={'levels': 'x'}", "levels"),
        (
            "Experiment.model_arguments={'filters': 5}",
            "filters=5), which cannot be built",
        ),
        ("Experiment.initial_weights='none.weights.h5'", "none.weights.h5: no such weight file"),
        ("Experiment.initial_weights='none.h5'", "ending in .weights.h5"),
        ("Experiment.train_data=None", "train_data"),
        ("Experiment.model=None", "model"),
        ("PAIRS=None", "folder"),
        ("RunSettings.seed=-1", "RunSettings.seed = -1"),
        ("RunSettings.jit_compile='no'", "jit_compile = 'no'; expected True, False or None"),
        ("RunSettings.deterministic='no'", "deterministic = 'no'"),
        ("ReportSettings.profile_steps=3", "profile_steps = 3; expected two steps"),
        ("ReportSettings.num_images=None", "num_images = None"),
        ("ReportSettings.num_validation_pairs=0", "num_validation_pairs = 0"),
        ("OptimizerSettings.accumulation_steps=0", "accumulation_steps = 0"),
        ("OptimizerSettings.schedule=3", "schedule = 3"),
        ("CropSettings.augmentations='flip'", "augmentations = 'flip'; expected a list"),
        ("Experiment.loss=3", "loss = 3; expected a constructor"),
        ("WARMUP_STEPS=2.5", "warmup_steps = 2.5"),
    ],
)
def test_wrong_parameters_are_one_line_and_nothing_is_written(
    tiny, tmp_path, capsys, parameter, said
):
    assert train(tiny, tmp_path / "run", parameter) == 2
    line = last_line(capsys)
    assert said in line
    assert line.startswith("tfdeblur train: ")
    assert not (tmp_path / "run").exists()


def test_unknown_files_get_the_nearest_names(tmp_path, capsys):
    assert run_app("train", ["--gin_file=runs/quikstart.gin", f"--workdir={tmp_path}/run"]) == 2
    assert "runs/quickstart.gin" in last_line(capsys)
    assert run_app("train", ["--gin_file=table1_dmphn_1_2_4_8.gin", f"--workdir={tmp_path}/r"]) == 2
    assert "papers/zhang2019/table1_dmphn_1_2_4_8.gin" in last_line(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--gin_file"),
        (["--gin_file=runs/quickstart.gin"], "--workdir"),
        (["--gin_file=runs/quickstart.gin", "--workdir=run", "photo.png"], "photo.png"),
        (["--gin_file=data/gopro.gin", "--workdir=run"], "experiment"),
        (["--gin_file=runs/finetune.gin", "--workdir=run"], "MODEL"),
        (["--gin_file=runs/quickstart.gin", "--work_dir=run"], "workdir"),
    ],
)
def test_flags_that_say_too_little_or_too_much(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run_app("train", arguments) == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_crop_larger_than_an_image_names_the_pair(tiny, tmp_path, capsys):
    """Nothing but the configuration is left, and the corrected command runs in its place."""
    assert train(tiny, tmp_path / "run", "CROP_SIZE=64") == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert re.search(r"at least 64 pixels.* 48 48 clip/00\d", line)
    assert train(tiny, tmp_path / "run") == 0


def test_a_damaged_image_names_the_pair(tmp_path, capsys):
    config = write_tiny(tmp_path)
    image = tmp_path / "pairs" / "target" / "clip" / "001.png"
    data = bytearray(image.read_bytes())
    data[60:90] = bytes(30)
    image.write_bytes(data)
    assert train(config, tmp_path / "run") == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert re.search("pairs: clip/001: .*PNG.* Mend or remove that pair", said)


def test_a_batch_must_be_shared_by_the_replicas(tiny, tmp_path, capsys):
    mirrored = "RunSettings.distribution='mirrored'"
    assert train(tiny, tmp_path / "run", mirrored, "BATCH_SIZE=3") == 2
    assert "batch of 3 for 2 replicas; expected a multiple, e.g. 2" in last_line(capsys)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_weights_of_another_network_are_refused(tiny, done, tmp_path, capsys):
    other = f"Experiment.initial_weights='{done / 'model.weights.h5'}'"
    assert (
        train(tiny, tmp_path / "run", "Experiment.model_arguments={'filters': (4, 4, 8)}", other)
        == 2
    )
    assert "filters=[4, 4, 4]" in last_line(capsys)
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("MODEL='dmphn_1_2'", "network.levels: [1] there, [1, 2] here"),
        ("LEARNING_RATE=0.5", "optimizer.schedule.learning_rate: 0.001 there, 0.5 here"),
        ("WARMUP_STEPS=1", "optimizer.schedule.warmup_steps: 2 there, 1 here"),
        ("OptimizerSettings.ema_decay=None", "optimizer.ema_decay: 0.9 there, None here"),
        ("RunSettings.precision='bfloat16'", "run.precision: 'float32' there, 'bfloat16' here"),
    ],
)
def test_the_folder_of_another_run_is_not_touched(tiny, done, capsys, parameter, said):
    before = everything_in(done)
    assert train(tiny, done, parameter) == 2
    *differences, line = capsys.readouterr().err.splitlines()
    assert len(differences) == 1
    assert said in differences[0]
    assert "holds a run of other settings" in line
    assert everything_in(done) == before


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"[]", b"[" * 100_000, None])
def test_a_folder_whose_settings_are_damaged_or_none_is_refused_by_its_name(
    tiny, tmp_path, capsys, content
):
    run = tmp_path / "run"
    (run / "checkpoints").mkdir(parents=True)
    (run / "checkpoints" / "step_000000003.json").write_text("{}")
    if content is not None:
        (run / "settings.json").write_bytes(content)
    before = everything_in(run)
    assert train(tiny, run) == 2
    assert f"{run / 'settings.json'}: expected the settings of the run" in last_line(capsys)
    assert everything_in(run) == before


@pytest.mark.slow
def test_a_folder_that_is_in_use_is_refused(tiny, done, tmp_path, capsys):
    run = shutil.copytree(done, tmp_path / "run")
    before = everything_in(run)
    with locked(run):
        assert train(tiny, run, "STEPS=9") == 2
    assert "another run is using this folder" in last_line(capsys)
    assert everything_in(run) == before


def test_a_workdir_that_is_a_file_is_refused(tiny, tmp_path, capsys):
    (tmp_path / "run").write_text("mine")
    assert train(tiny, tmp_path / "run") == 2
    assert "expected a folder" in last_line(capsys)
    assert (tmp_path / "run").read_text() == "mine"


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_mixed_precision_trains_and_goes_on(tiny, tmp_path, precision):
    """The loss scale of float16 is part of a checkpoint."""
    parameter = f"RunSettings.precision='{precision}'"
    assert train(tiny, tmp_path / "run", parameter, "STEPS=3") == 0
    assert train(tiny, tmp_path / "run", parameter) == 0
    rows = history(tmp_path / "run")
    assert [row["step"] for row in rows] == ["3", "6"]
    assert all(np.isfinite(float(row["loss"])) for row in rows)
    weights = tensors(tmp_path / "run" / "model.weights.h5")
    assert {value.dtype for value in weights.values()} == {np.dtype("float32")}
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.slow
def test_a_loss_that_is_no_number_stops_the_run(tiny, tmp_path, capsys):
    """Step 1 of the warm-up changes nothing, step 2 ruins the weights, step 3 shows it."""
    assert train(tiny, tmp_path / "run", "LEARNING_RATE=1e30") == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert re.search(r"loss became (nan|inf) at step 3, at a learning rate of 1e\+30", line)
    assert "the last good checkpoint is none yet" in line
    assert not (tmp_path / "run" / "checkpoints").exists()
    assert not (tmp_path / "run" / "model.weights.h5").exists()


@pytest.mark.slow
def test_a_profile_on_demand(tiny, tmp_path):
    assert train(tiny, tmp_path / "run", "ReportSettings.profile_steps=(2, 3)", "STEPS=3") == 0
    assert list((tmp_path / "run" / "tensorboard").glob("plugins/profile/*/*.pb"))
