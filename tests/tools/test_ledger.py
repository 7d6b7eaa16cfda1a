"""The ledger as it lies in experiments/, and what may be added to it."""

import hashlib
import re

import pytest

from tests.tools.ledger_lines import MEASURED, ROW, changed, official, paper_value
from tfdeblur import choices
from tfdeblur.errors import InputError
from tfdeblur.evaluation import scores
from tfdeblur.images.reader import read_image
from tools import ledger
from tools.ledger import append_run, read_paper_values, read_runs
from tools.record_result import config_sha256, problems_of, set_size

PAPER_VALUES = read_paper_values()


def test_every_recorded_run_keeps_its_promises():
    problems = {run: problems_of(run, PAPER_VALUES) for run in read_runs()}
    assert {run: found for run, found in problems.items() if found} == {}


@pytest.mark.reference
def test_runs_on_folders_were_on_the_authors_four_pairs(reference_data):
    digests = []
    for folder in (reference_data / "gopro_pairs").glob("GOPR*"):
        pair = [read_image(folder / f"{side}.png").pixels for side in ("blur", "sharp")]
        digests.append(hashlib.sha256(b"".join(side.tobytes() for side in pair)).hexdigest())
    digest = hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()
    runs = [run for run in read_runs() if not run.dataset_version]
    assert {(run.dataset, run.pairs_sha256) for run in runs} <= {("gopro/test", digest)}


def test_names_are_those_of_the_evaluation():
    assert tuple(scores.METRICS) == ledger.METRICS
    assert scores.SCORES == ledger.SCORES
    assert choices.QUANTIZATIONS == ledger.QUANTISATIONS


def test_reported_values_are_numbers_of_known_kinds():
    units = {
        "psnr": {"dB"},
        "ssim_matlab3d": {""},
        "size": {"MB"},
        "parameters": {"10^6"},
        "runtime": {"ms", "s", "min"},
    }
    for value in PAPER_VALUES:
        assert value.unit in units[value.metric]
        assert re.fullmatch(r"\d+(\.\d+)?", value.value)
        assert re.fullmatch(r"((gopro|su2017)/test(#\d+)?)?", value.dataset)


def test_no_value_is_reported_twice():
    keys = [(value.row_name, value.metric, value.dataset) for value in PAPER_VALUES]
    assert len(keys) == len(set(keys))


def test_psnr_and_ssim_stand_together():
    def rows(metric):
        return {v.row_name for v in PAPER_VALUES if v.metric == metric and "gopro" in v.dataset}

    assert rows("psnr") == rows("ssim_matlab3d")


def test_a_mean_over_videos_is_that_of_its_videos_or_has_a_note():
    means = [value for value in PAPER_VALUES if value.dataset == "su2017/test"]
    assert len(means) == 5
    for mean in means:
        videos = [
            float(value.value)
            for value in PAPER_VALUES
            if value.row_name == mean.row_name and "#" in value.dataset
        ]
        assert len(videos) == 10
        average = sum(videos) / 10
        if abs(average - float(mean.value)) > 0.01:
            assert f"average {average:.2f}" in mean.note


def test_a_run_comes_back_as_it_was_appended(tmp_path):
    file = tmp_path / "results.csv"
    runs = [MEASURED, official(device='"4", odd'), changed(rows=f"{ROW}; {ROW}")]
    for run in runs:
        append_run(run, file)
    assert read_runs(file) == runs
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_with_other_columns_is_not_written_over(tmp_path):
    file = tmp_path / "results.csv"
    file.write_text("rows,status\n")
    with pytest.raises(InputError, match="expected"):
        append_run(MEASURED, file)
    assert file.read_text() == "rows,status\n"


@pytest.mark.parametrize(
    "run",
    [
        MEASURED,
        changed(status="partial", steps="999"),
        changed(status="partial", num_images="1110"),
        changed(status="partial", changes="BATCH_SIZE = 2"),
        official(),
        official(num_images="1111"),
        changed(
            status="smoke",
            rows="",
            dataset="synthetic_blur/test",
            dataset_version="synthetic_blur/1.0.0",
            num_images_in_set="",
        ),
        changed(status="smoke", git_revision="0" * 40 + "-dirty"),
    ],
)
def test_good_lines(run):
    assert problems_of(run, PAPER_VALUES) == []


@pytest.mark.parametrize(
    ("run", "problem"),
    [
        (changed(status="good"), "status is 'good'"),
        (changed(quantisation="ceil"), "quantisation is 'ceil'"),
        (changed(config_sha256="f" * 63), "config_sha256"),
        (changed(weights_sha256=""), "weights_sha256"),
        (changed(git_revision="main"), "git_revision"),
        (changed(psnr_db="nan"), "psnr_db is 'nan'"),
        (changed(num_images="0"), "num_images is '0'"),
        (changed(num_images="1112"), "1112 images are more than"),
        (changed(parameters="1"), "has 5424393 parameters, not 1"),
        (changed(depth="1"), "no row of a paper"),
        (changed(steps="ten"), "steps is 'ten'"),
        (changed(rows="Zhang19/Table 1/DMPHN(3)"), "no row 'Zhang19/Table 1/DMPHN(3)'"),
        (changed(rows="Zhang19/Table 3/DMPHN"), "is not about 'gopro/test'"),
        (changed(num_images_in_set="4"), "'gopro/test' has 1111 images"),
        (
            changed(num_images="4"),
            "measured means the paper's training, all its steps, and the whole set",
        ),
        (changed(steps="999"), "measured means the paper's training"),
        (changed(changes="BATCH_SIZE = 2"), "measured means the paper's training"),
        (changed(status="partial"), "partial means another training"),
        (changed(status="partial", seed=""), "states its seed"),
        (official(seed="1"), "have no seed"),
        (official(git_revision="0" * 40 + "-dirty"), "not committed"),
    ],
)
def test_bad_lines(run, problem):
    [found] = problems_of(run, PAPER_VALUES)
    assert problem in found


@pytest.mark.parametrize(
    ("run", "value", "comparable"),
    [
        (MEASURED, paper_value(), True),
        (MEASURED, paper_value("ssim_matlab3d", "0.9345"), True),
        (official(num_images="1111"), paper_value(), True),
        (official(), paper_value(), False),
        (changed(status="partial", steps="1"), paper_value(), False),
        (changed(status="smoke"), paper_value(), False),
        (MEASURED, paper_value(dataset="su2017/test"), False),
        (MEASURED, paper_value("runtime", "17", unit="ms"), False),
    ],
)
def test_only_like_is_compared_with_like(run, value, comparable):
    assert run.can_be_compared_with(value) == comparable


def test_published_sets_have_their_sizes():
    sets = ("gopro/test", "gopro/train", "su2017/test", "gopro/validation", "synthetic_blur/test")
    assert [set_size(name) for name in sets] == [1111, 2103, 1000, None, None]


def test_the_hash_of_a_configuration_is_that_of_all_its_text(tmp_path, monkeypatch):
    (tmp_path / "a.gin").write_text('A = 1\ninclude "b.gin"\nC = 3\n')
    (tmp_path / "b.gin").write_text("B = 2\n")
    (tmp_path / "whole.gin").write_text("A = 1\nB = 2\nC = 3\n")
    monkeypatch.setattr("tools.record_result.config_dir", lambda: tmp_path)
    assert config_sha256("a.gin") == config_sha256("whole.gin")
    before = config_sha256("a.gin")
    (tmp_path / "b.gin").write_text("B = 4\n")
    assert config_sha256("a.gin") != before


def test_a_missing_configuration_has_no_hash():
    with pytest.raises(InputError, match=r"nonsense\.gin"):
        config_sha256("nonsense.gin")
