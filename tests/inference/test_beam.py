"""Beam pipelines write what one machine writes, and collect what they could not do."""

import functools
import json
import os

import numpy as np
import pytest
from PIL import Image

from tests.inference.fake_runtimes import PerPixel
from tfdeblur import Deblurrer
from tfdeblur.errors import InputError
from tfdeblur.inference.files import deblur_files
from tfdeblur.inference.jobs import plan_jobs

pytest.importorskip("apache_beam", reason="needs the extra `beam`")

from tfdeblur.inference.beam import FAILURES, deblur_with_beam, option_list

pytestmark = pytest.mark.slow

DIRECT = "--runner=DirectRunner"
TWO_PROCESSES = f"{DIRECT} --direct_num_workers=2 --direct_running_mode=multi_processing"
THREE_THREADS = f"{DIRECT},direct_num_workers=3,direct_running_mode=multi_threading"


def make_inverter(log=None):
    """A Deblurrer; says in the folder `log` that it was made, and where."""
    if log is not None:
        with (log / str(os.getpid())).open("a") as file:
            file.write("made\n")
    return Deblurrer(PerPixel())


class Broken:
    """Has a defect, which is no fault of the input."""

    def check_size(self, height, width):
        if height == 6:
            raise KeyError("a defect")

    def restore_all(self, images, return_errors=False):
        return images


@pytest.fixture
def photos(tmp_path, rng):
    folder = tmp_path / "photos"
    for number, name in enumerate(("a.png", "b.jpg", "deep/c.tif", "deep/d.png", "e.png")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (5 + number, 7, 3), np.uint8)
        Image.fromarray(pixels).save(path)
    return folder


def written(folder):
    """Bytes of all results by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != FAILURES
    }


def on_beam(photos, output, on_existing="refuse", options=DIRECT, make=make_inverter):
    return deblur_with_beam(plan_jobs([photos], output), make, output, on_existing, options=options)


@pytest.mark.parametrize("options", [DIRECT, THREE_THREADS, TWO_PROCESSES])
def test_results_are_those_of_one_machine(photos, tmp_path, options):
    (photos / "broken.png").write_bytes(b"broken")
    here, beam, log = tmp_path / "here", tmp_path / "beam", tmp_path / "log"
    reasons = []
    deblur_files(
        make_inverter(),
        plan_jobs([photos], here),
        report=lambda job, reason: reasons.append(reason),
    )
    log.mkdir()
    failures = on_beam(photos, beam, options=options, make=functools.partial(make_inverter, log))
    assert len(written(here)) == 5
    assert written(beam) == written(here)
    assert [failure["reason"] for failure in failures] == reasons
    # One network in each process, however many threads it has.
    made = [path.read_text().count("made") for path in log.iterdir()]
    assert set(made) == {1}
    assert (options == TWO_PROCESSES) == (not (log / str(os.getpid())).exists())


def test_failures_are_a_file_of_reasons_and_go_when_all_is_done(photos, tmp_path):
    (photos / "broken.png").write_bytes(b"broken")
    Image.new("RGB", (1, 4)).save(photos / "thin.png")
    output = tmp_path / "out"
    failures = on_beam(photos, output)
    lines = (output / FAILURES).read_text().splitlines()
    assert [json.loads(line) for line in lines] == failures
    assert [failure["source"] for failure in failures] == [
        str(photos / "broken.png"),
        str(photos / "thin.png"),
    ]
    assert failures[0]["target"] == str(output / "broken.png")
    assert "not an image" in failures[0]["reason"]
    assert "1x4 pixels" in failures[1]["reason"]
    Image.new("RGB", (4, 4)).save(photos / "broken.png")
    (photos / "thin.png").unlink()
    assert on_beam(photos, output, "skip") == []
    assert not (output / FAILURES).exists()
    assert list(output.glob(".*")) == list(output.glob("beam-temp*")) == []


@pytest.mark.parametrize(
    ("on_existing", "num_failures", "is_kept"),
    [("refuse", 1, True), ("skip", 0, True), ("overwrite", 0, False)],
)
def test_results_that_exist(photos, tmp_path, on_existing, num_failures, is_kept):
    output = tmp_path / "out"
    output.mkdir()
    (output / "a.png").write_text("there")
    failures = on_beam(photos, output, on_existing)
    assert [failure["source"] for failure in failures] == [str(photos / "a.png")] * num_failures
    assert all("exists already" in failure["reason"] for failure in failures)
    assert ((output / "a.png").read_bytes() == b"there") == is_kept
    assert len(written(output)) == 5


def test_nothing_to_do_starts_nothing(photos, tmp_path):
    output = tmp_path / "out"
    assert on_beam(photos, output) == []
    assert on_beam(photos, output, "skip", make=pytest.fail) == []


def test_a_defect_costs_one_file_only(photos, tmp_path):
    failures = on_beam(photos, tmp_path / "out", make=Broken)
    assert [failure["source"] for failure in failures] == [str(photos / "b.jpg")]
    assert "KeyError: 'a defect'" in failures[0]["reason"]
    assert len(written(tmp_path / "out")) == 4


def test_paths_may_be_relative(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert on_beam("photos", "out") == []
    assert len(written(tmp_path / "out")) == 5


def test_options_as_people_write_them():
    expected = ["--runner=DirectRunner", "--direct_num_workers=2"]
    assert option_list("--runner=DirectRunner --direct_num_workers=2") == expected
    assert option_list("runner=DirectRunner,direct_num_workers=2") == expected
    assert option_list("--experiments=a,b --streaming") == ["--experiments=a,b", "--streaming"]
    assert option_list("") == []


def test_a_runner_that_does_not_exist_is_refused(photos, tmp_path):
    with pytest.raises(InputError, match=r"Apache Beam does not take.*NoRunner"):
        on_beam(photos, tmp_path / "out", options="--runner=NoRunner")


def test_without_beam_the_extra_is_named(photos, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs apache_beam.*tfdeblur\[beam\]"):
        on_beam(photos, tmp_path / "out")
