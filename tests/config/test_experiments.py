"""Experiments from gin files: plain settings, and whole again from their own text."""

import subprocess
import sys

import pytest

from tests.training.runs import environment, write_tiny
from tfdeblur.config import read_experiment
from tfdeblur.data import folder_pairs
from tfdeblur.errors import InputError
from tfdeblur.training.deferred import Deferred
from tfdeblur.training.schedules import value_at


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("configured"))


def test_bindings_override_files_and_later_files_earlier_ones(tiny, tmp_path):
    later = tmp_path / "later.gin"
    later.write_text("STEPS = 70\nBATCH_SIZE = 8\n")
    experiment, _ = read_experiment([tiny, later], ["BATCH_SIZE = 4", "RunSettings.seed = 3"])
    run = experiment.run
    assert (run.steps, run.batch_size, run.seed) == (70, 4, 3)
    network = experiment.unbuilt_network()
    assert (network.levels, network.filters) == ((1,), (4, 4, 4))
    schedule = experiment.optimizer.schedule(run.steps)
    assert value_at(schedule, 2) == pytest.approx(1e-3)
    assert experiment.train_data().num_pairs == 3


def test_the_text_alone_gives_the_same_experiment(tiny, tmp_path):
    """Also of files that include others, which need not be there any more."""
    experiment, text = read_experiment([tiny], ["STEPS = 7"])
    assert "include" not in text
    (tmp_path / "config.gin").write_text(text)
    assert read_experiment([tmp_path / "config.gin"]) == (experiment, text)


def test_what_is_bound_in_a_scope_goes_before_what_is_bound_without(tmp_path):
    path = tmp_path / "scopes.gin"
    path.write_text(
        'include "_experiment.gin"\n'
        "MODEL = 'dmphn_1'\nSTEPS = 1\nBATCH_SIZE = 1\n"
        "training.Experiment.train_data = @a/b/data.folder_pairs()\n"
        "a/b/data.folder_pairs.root = 'inner'\na/data.folder_pairs.root = 'outer'\n"
        "data.folder_pairs.root = 'none'\na/data.folder_pairs.blur_dir = 'outer'\n"
    )
    experiment, _ = read_experiment([path])
    expected = Deferred(folder_pairs, {"root": "inner", "blur_dir": "outer"})
    assert experiment.train_data == expected


@pytest.mark.parametrize("missing", ["MODEL", "PAIRS", "WEIGHTS"])
def test_a_macro_without_a_value_is_named(missing):
    lines = {name: f"{name} = 'x'" for name in ("MODEL", "PAIRS", "WEIGHTS") if name != missing}
    with pytest.raises(InputError, match=f"Expected a value for {missing} as well"):
        read_experiment(["runs/finetune.gin"], lines.values())


def test_relative_paths_are_those_of_the_user(tiny, tmp_path, monkeypatch):
    made = read_experiment([tiny])
    (tmp_path / "config.gin").write_text(made.text)
    monkeypatch.chdir(tmp_path)
    assert read_experiment(["config.gin"]) == made


def test_restoring_imports_no_gin():
    """Nor do the lists of networks, which cost no framework either."""
    program = (
        "import sys, tfdeblur\n"
        "assert 'pss_nsc' in tfdeblur.list_models()\n"
        "assert not {'keras', 'tensorflow', 'h5py', 'gin'} & set(sys.modules)\n"
        "tfdeblur.Deblurrer('dmsn_2_light')\n"
        "assert 'gin' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], env=environment(), check=True, timeout=300)
