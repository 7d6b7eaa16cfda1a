"""The app `tfdeblur deblur` on good input and on every kind of bad input."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.video.clips import read_clip, write_clip
from tests.weights.importers.test_dmphn_release import built
from tfdeblur import Deblurrer, build_model
from tfdeblur.cli import run_app
from tfdeblur.exporting.saved_model import export_saved_model
from tfdeblur.pretrained import DEFAULT_MODEL
from tfdeblur.weights.files import save_weights


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    save_weights(built((1,)), folder / "one.weights.h5")
    save_weights(built((1, 1)), folder / "two.weights.h5")
    return folder


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    pixels = np.random.default_rng(1).integers(0, 256, (9, 6, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def run(tmp_path, weights, capsys):
    """Runs the app with defaults for what is not given; returns (status, stdout, stderr lines)."""

    def run(*inputs, flags=(), **values):
        values = {
            "model": "dmphn_1",
            "weights": weights / "one.weights.h5",
            "output": tmp_path / "out",
            **values,
        }
        given = [f"--{name}={value}" for name, value in values.items() if value is not None]
        status = run_app("deblur", [*given, *flags, *map(str, inputs)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.splitlines()

    return run


def test_a_photo_is_restored(run, photo, tmp_path):
    status, out, err = run(photo)
    assert (status, err) == (0, [])
    assert "1 of 1 images" in out
    with Image.open(tmp_path / "out" / "photo.png") as restored, Image.open(photo) as blurred:
        assert restored.size == blurred.size


def test_a_photo_and_nothing_else(photo, monkeypatch, capsys):
    monkeypatch.chdir(photo.parent)
    assert run_app("deblur", ["photo.png"]) == 0
    assert capsys.readouterr().out == "1 of 1 images are in restored\n"
    np.testing.assert_array_equal(
        pixels_of(photo.parent / "restored" / "photo.png"),
        Deblurrer()(pixels_of(photo)),
    )


def test_the_result_of_a_single_photo_may_be_named(run, photo, tmp_path):
    status, out, err = run(photo, "-o", tmp_path / "sharp.jpg", output=None)
    assert (status, out, err) == (0, f"1 of 1 images are in {tmp_path / 'sharp.jpg'}\n", [])
    with Image.open(tmp_path / "sharp.jpg") as restored:
        assert (restored.size, restored.format) == ((6, 9), "JPEG")


def test_flags_may_follow_the_input(run, photo, weights):
    assert run(photo)[0] == 0
    arguments = [str(photo), "--overwrite", "--model=dmphn_1", f"--output={photo.parent / 'out'}"]
    assert run_app("deblur", [*arguments, f"--weights={weights / 'one.weights.h5'}"]) == 0


def _bad_files(folder):
    folder.mkdir()
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("a photograph")
    Image.new("RGB", (1, 1)).save(folder / "pixel.png")
    (folder / "directory.png").mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("missing.png", ["no such file"]),
        ("empty.png", ["0 bytes"]),
        ("text.jpg", ["not an image", "expected PNG"]),
        ("pixel.png", ["1x1 pixels", "expected at least 2"]),
        ("directory.png", ["holds no images"]),
    ],
)
def test_bad_images(run, tmp_path, name, parts):
    path = _bad_files(tmp_path / "bad") / name
    status, _, err = run(path)
    assert status == 2
    assert len(err) == 1
    assert all(part in err[0] for part in [str(path), *parts])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"model": "dmphn_12"}, ["'dmphn_12'", "one of: dmphn_1_2,"]),
        (
            {"weights": None},
            ["dmphn_1 without weights", f"weights are there: {DEFAULT_MODEL}"],
        ),
        ({"flags": ["--saved_model=x"]}, ["--saved_model and --model, --weights"]),
        ({"flags": ["--tile=100"]}, ["tile 100", "auto, none", "from 128"]),
        ({"flags": ["--tile=all"]}, ["tile 'all'"]),
        ({"flags": ["--tile=256", "--overlap=200"]}, ["overlap 200", "half the tile"]),
        ({"flags": ["--ensemble=3"]}, ["ensemble"]),
        ({"flags": ["--device=gpu:7"]}, ["'gpu:7'", "cpu:0"]),
        ({"flags": ["--batch_size=0"]}, ["batch_size"]),
        ({"weights": "two.weights.h5"}, ["levels=[1, 1]", "levels=[1]", "Choose the matching"]),
        ({"weights": "missing.weights.h5"}, ["no such weight file", "tfdeblur convert"]),
        ({"weights": "."}, ["directory"]),
        ({"output": "photo.png"}, ["photo.png", "would take its place"]),
        ({"flags": ["--overwrite", "--skip_existing"]}, ["--overwrite", "one of them"]),
        ({"flags": ["--overwriet"]}, ["overwriet", "overwrite"]),
        ({"flags": ["--overwrite=maybe"]}, ["overwrite", "maybe"]),
    ],
)
def test_bad_flags(run, photo, tmp_path, weights, values, parts):
    if values.get("weights"):
        values = {"weights": weights / values["weights"]}
    if values.get("output"):
        values = {"output": tmp_path / values["output"]}
    status, out, err = run(photo, **values)
    assert (status, out, len(err)) == (2, "", 1)
    assert err[0].startswith("tfdeblur deblur: ")
    assert all(part in err[0] for part in parts), err[0]
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


def test_a_flag_without_its_value(run, photo):
    status, _, [line] = run(photo, "--weights")
    assert status == 2
    assert "weights" in line


def test_no_input(run):
    status, _, err = run()
    assert status == 2
    assert "no INPUT" in err[0]


def test_results_are_never_overwritten_without_the_flag(run, photo, tmp_path):
    result = tmp_path / "out" / "photo.png"
    result.parent.mkdir()
    result.write_bytes(b"kept")
    status, out, [line] = run(photo)
    assert (status, result.read_bytes()) == (2, b"kept")
    assert "--overwrite" in line
    assert "0 of 1" in out
    assert (run(photo, flags=["--skip_existing"])[0], result.read_bytes()) == (0, b"kept")
    assert run(photo, flags=["--overwrite"])[0] == 0
    with Image.open(result) as image:
        assert image.size == (6, 9)


def test_the_others_are_done_when_one_is_broken(run, photo, tmp_path):
    folder = _bad_files(tmp_path / "bad")
    status, out, err = run(folder, photo)
    assert status == 2
    assert "1 of 4 images" in out
    assert len(err) == 3
    assert [path.name for path in (tmp_path / "out").rglob("*.*")] == ["photo.png"]


@pytest.fixture(scope="module")
def stack_weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "stack.weights.h5"
    save_weights(build_model("stack2_dmphn"), path)
    return path


def pixels_of(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_depth_runs_the_first_units_only(run, photo, stack_weights, tmp_path):
    stack = {"model": "stack2_dmphn", "weights": stack_weights}
    results = {}
    for depth in (1, 2, None):
        output = tmp_path / f"depth_{depth}"
        assert run(photo, **stack, depth=depth, output=output)[0] == 0
        results[depth] = pixels_of(output / "photo.png")
    np.testing.assert_array_equal(results[None], results[2])
    first = Deblurrer("stack2_dmphn", stack_weights).model.units[0]
    np.testing.assert_array_equal(results[1], Deblurrer(first)(pixels_of(photo)))
    for depth in (0, 3):
        status, _, [line] = run(photo, **stack, depth=depth, output=tmp_path / "out")
        assert status == 2
        assert f"depth {depth}; expected 1 to 2" in line


def test_a_time_budget_chooses_the_depth(run, photo, stack_weights, tmp_path):
    stack = {"model": "stack2_dmphn", "weights": stack_weights}
    for budget, depth in ((1e-3, 1), (1e9, 2)):
        output = tmp_path / f"budget_{budget}"
        status, out, _ = run(photo, **stack, time_budget_ms=budget, output=output)
        assert status == 0
        assert out.startswith(f"depth {depth} of 2 for a budget of {budget:g} ms: ")
    status, _, [line] = run(photo, **stack, time_budget_ms=5, depth=1, output=tmp_path / "out")
    assert status == 2
    assert "both --depth and --time_budget_ms" in line


def test_intermediate_images_are_written_beside_the_result(run, photo, stack_weights, tmp_path):
    stack = {"model": "stack2_dmphn", "weights": stack_weights}
    assert run(photo, "--save_intermediate", **stack)[0] == 0
    folder = tmp_path / "out" / "photo_intermediate"
    assert sorted(file.name for file in folder.iterdir()) == [
        "01_unit_1_level_3_residual.png",
        "02_unit_1_level_2_residual.png",
        "03_unit_1_output.png",
        "04_unit_2_level_3_residual.png",
        "05_unit_2_level_2_residual.png",
        "06_unit_2_output.png",
    ]
    result = pixels_of(tmp_path / "out" / "photo.png")
    np.testing.assert_array_equal(pixels_of(folder / "06_unit_2_output.png"), result)
    assert {pixels_of(file).shape for file in folder.iterdir()} == {result.shape}
    (tmp_path / "out" / "photo.png").unlink()
    status, _, err = run(photo, "--save_intermediate", **stack)
    assert status == 2
    assert "photo_intermediate: exists already; pass --overwrite" in err[-1]


def test_a_flag_that_is_switched_off_contradicts_nothing(run, photo):
    assert run(photo, "--nooverwrite", "--skip_existing")[0] == 0


def test_a_budget_of_nothing_is_given_too(run, photo):
    status, _, [line] = run(photo, time_budget_ms=0, depth=1)
    assert status == 2
    assert "both --depth and --time_budget_ms" in line


def test_a_result_never_takes_the_place_of_its_input(run, photo):
    before = photo.read_bytes()
    for given in (photo, photo.parent):
        status, _, [line] = run(given, "--overwrite", output=photo.parent)
        assert status == 2
        assert "choose another output" in line
    assert photo.read_bytes() == before


def test_large_images_are_tiled_and_may_be_refused_in_one_piece(run, tmp_path, weights):
    panorama = tmp_path / "panorama.png"
    Image.fromarray(np.full((2, 16_400, 3), 90, np.uint8)).save(panorama)
    assert run(panorama, flags=["--overlap=16"])[0] == 0
    assert pixels_of(tmp_path / "out" / "panorama.png").shape == (2, 16_400, 3)
    status, _, [line] = run(panorama, flags=["--tile=none", "--overwrite"])
    assert status == 2
    for part in ("16400x2 pixels", "at most 16384 pixels", "Choose tiles"):
        assert part in line


def test_tiles_and_copies_are_those_of_the_library(run, tmp_path, weights, rng):
    photo = tmp_path / "large.png"
    Image.fromarray(rng.integers(0, 256, (130, 150, 3), np.uint8)).save(photo)
    run(photo, flags=["--tile=128", "--overlap=32", "--ensemble=2", "--batch_size=2"])
    deblur = Deblurrer("dmphn_1", weights / "one.weights.h5", tile=128, overlap=32, ensemble=2)
    restored = pixels_of(tmp_path / "out" / "large.png")
    np.testing.assert_array_equal(restored, deblur(pixels_of(photo)))
    assert (restored != Deblurrer(deblur.model)(pixels_of(photo))).any()


def test_patterns_and_videos(run, photo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip = write_clip(tmp_path / "clip.mp4", num=2, size=(16, 24))
    sizes = {}
    for crf in (4, 40):
        output = tmp_path / f"crf_{crf}"
        status, out, err = run("*.png", "c*.mp4", output=output, video_crf=crf)
        assert (status, err) == (0, [])
        assert "2 of 2 images" in out
        assert read_clip(output / "clip.mp4").audio == read_clip(clip).audio
        sizes[crf] = (output / "clip.mp4").stat().st_size
    assert sizes[4] > sizes[40]
    status, _, [line] = run("*.gif")
    assert status == 2
    assert "*.gif: no image or video matches" in line


def test_beam_writes_the_same_and_lists_what_failed(run, photo, tmp_path, monkeypatch):
    pytest.importorskip("apache_beam", reason="needs the extra `beam`")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.png").write_bytes(b"broken")
    beam = {"runner": "beam", "beam_options": "--runner=DirectRunner", "output": "beam"}
    status, out, [line] = run("*.png", **beam)
    assert status == 2
    assert "1 of 2 images are in beam" in out
    assert "broken.png: not an image" in line
    run(photo, output="here")
    restored = [(tmp_path / folder / "photo.png").read_bytes() for folder in ("here", "beam")]
    assert restored[0] == restored[1]
    failure = json.loads((tmp_path / "beam" / "failures.jsonl").read_text())
    assert failure["source"] == str(tmp_path / "broken.png")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"runner": "beam", "time_budget_ms": 5}, "--runner=beam and --time_budget_ms"),
        ({"runner": "beam", "flags": ["--save_intermediate"]}, "--save_intermediate"),
        ({"beam_options": "--direct_num_workers=2"}, "expected --runner=beam"),
        ({"runner": "spark"}, "runner"),
        ({"runner": "beam", "weights": "missing.weights.h5"}, "missing.weights.h5"),
        ({"video_crf": 60}, "video_crf"),
    ],
)
def test_what_does_not_go_together_with_a_runner(run, photo, options, message):
    status, _, err = run(photo, **options)
    assert status == 2
    assert message in err[-1]


def test_an_exported_network_restores_as_the_network_it_was_made_of(run, photo, tmp_path, weights):
    exported = tmp_path / "exported"
    network = Deblurrer("dmphn_1", weights / "one.weights.h5")
    export_saved_model(network.model, exported)
    values = {"model": None, "weights": None, "saved_model": exported}
    status, _, err = run(photo, **values)
    assert (status, err) == (0, [])
    restored = pixels_of(tmp_path / "out" / "photo.png").astype(int)
    assert np.abs(restored - network(pixels_of(photo))).max() <= 1
    status, _, [line] = run(photo, flags=["--engine=openvino"], **values)
    assert status == 2
    assert "--saved_model and --engine" in line


def test_a_folder_that_is_no_saved_model(run, photo, tmp_path):
    status, _, [line] = run(photo, model=None, weights=None, saved_model=tmp_path)
    assert status == 2
    assert "no SavedModel" in line
