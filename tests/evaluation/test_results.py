"""Means and tables, from rows made by hand."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from tfdeblur import Deblurrer, build_model
from tfdeblur.evaluation.journal import read_journal
from tfdeblur.evaluation.results import per_video, summarise, write_results
from tfdeblur.evaluation.scores import SCORES
from tfdeblur.models import DMPHN, Stack


def row(position, name, value, size=(20, 10), **changes):
    return {
        "position": position,
        "name": name,
        "width": size[0],
        "height": size[1],
        "pair_sha256": f"{position}",
        **dict.fromkeys(SCORES, value),
        "runtime_ms": 10.0 * position,
        "device": "abacus",
        **changes,
    }


def test_videos_are_what_names_begin_with():
    rows = [row(0, "b/clip/1", 1.0), row(1, "a/1", 2.0), row(2, "b/clip/2", 4.0)]
    videos = per_video(rows)
    assert list(videos) == ["a", "b/clip"]
    assert videos["b/clip"]["num_images"] == 2
    assert videos["b/clip"]["psnr_db"] == 2.5
    assert per_video([row(0, "1", 1.0)]) == {}


@pytest.fixture(scope="module")
def deblurrer():
    return Deblurrer(build_model("dmphn_1"))


def test_runtime_is_that_of_the_most_common_size(deblurrer):
    rows = [row(n, "x", 1.0, size=(8, 8), runtime_ms=r) for n, r in enumerate((None, 3.0, 5.0))]
    rows += [row(3, "y", 1.0, size=(16, 8), runtime_ms=100.0)]
    summary = summarise(deblurrer, {}, rows)
    assert summary["runtime_ms_median"] == 4.0
    assert (summary["image_size"], summary["num_other_sizes"]) == ("8x8", 1)
    small = summary["multiply_adds"]
    assert summarise(deblurrer, {}, rows[3:])["multiply_adds"] == 2 * small > 0


WRITES_A_FOREIGN_NAME = """
import sys
from pathlib import Path
from tests.evaluation.test_results import row
from tfdeblur.evaluation.journal import Journal
from tfdeblur.evaluation.results import write_results

output, rows = Path(sys.argv[1]), [row(0, "\\u00e4/1", 1.0)]
Journal(output / "journal.jsonl", {"dataset": "\\u00e4"}).append(rows[0])
write_results(output, {"dataset": "\\u00e4"}, rows)
"""


def test_files_are_utf8_whatever_the_locale(tmp_path):
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    finished = subprocess.run(
        [sys.executable, "-c", WRITES_A_FOREIGN_NAME, tmp_path],
        env={**os.environ, **ascii_only, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    identity, [only] = read_journal(tmp_path / "journal.jsonl")
    assert (identity["dataset"], only["name"]) == ("ä", "ä/1")
    assert json.loads((tmp_path / "summary.json").read_bytes()) == identity
    for name in ("per_image.csv", "runtimes.csv"):
        assert "\nä/1," in (tmp_path / name).read_text(encoding="utf-8")


def test_every_device_is_named_once(deblurrer):
    rows = [row(n, "x", 1.0, device=device) for n, device in enumerate("bab")]
    assert summarise(deblurrer, {}, rows)["device"] == "a, b"


def test_counts_are_of_the_units_that_are_run():
    stack = Stack(DMPHN((1,)), depth=2)
    stack.build((None, None, None, 3))
    whole, half = (
        summarise(Deblurrer(stack, depth=depth), {}, [row(0, "x", 1.0, size=(8, 8))])
        for depth in (None, 1)
    )
    for count in ("parameters", "multiply_adds"):
        assert whole[count] == 2 * half[count] > 0


def test_pixels_count_not_their_order(deblurrer):
    rows = [row(0, "a", 1.0), row(1, "b", 2.0)]
    swapped = [row(0, "a", 1.0, pair_sha256="1"), row(1, "b", 2.0, pair_sha256="0")]
    other = [row(0, "a", 1.0), row(1, "b", 2.0, pair_sha256="2")]
    sums = [summarise(deblurrer, {}, each)["pairs_sha256"] for each in (rows, swapped, other)]
    assert sums[0] == sums[1] != sums[2]


def test_files(deblurrer, tmp_path):
    rows = [row(0, 'a,"b"', 1 / 3, runtime_ms=None), row(1, "b", float("inf"))]
    summary = summarise(deblurrer, {"model": "m"}, rows)
    write_results(tmp_path, summary, rows)
    assert json.loads((tmp_path / "summary.json").read_text()) == summary
    assert summary["psnr_db"] is None
    header, first, second = (tmp_path / "per_image.csv").read_text().splitlines()
    assert header == f"name,width,height,{','.join(SCORES)}"
    assert first.startswith('"a,""b""",20,10,0.333333,')
    assert second.startswith("b,20,10,inf,")
    assert (tmp_path / "runtimes.csv").read_text().splitlines()[1:] == [
        '"a,""b""",,abacus',
        "b,10.000,abacus",
    ]
