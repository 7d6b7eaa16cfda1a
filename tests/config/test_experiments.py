"""Experiments from gin files: whole again from their own text, and compared."""

import pytest

from tests.training.runs import write_tiny
from tfdeblur.config import (
    build_model,
    configured_experiment,
    differing_bindings,
)
from tfdeblur.errors import InputError
from tfdeblur.training.schedules import value_at


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("configured"))


def test_bindings_override_files_and_later_files_earlier_ones(tiny, tmp_path):
    later = tmp_path / "later.gin"
    later.write_text("STEPS = 70\nBATCH_SIZE = 8\n")
    with configured_experiment([tiny, later], ["BATCH_SIZE = 4", "RunSettings.seed = 3"]) as made:
        run = made.experiment.run
        assert (run.steps, run.batch_size, run.seed) == (70, 4, 3)
        model = made.experiment.model()
        assert (model.levels, model.filters) == ((1,), (4, 4, 4))
        schedule = made.experiment.optimizer.schedule(run.steps)
        assert value_at(schedule, 2) == pytest.approx(1e-3)
        assert made.experiment.train_data().num_pairs == 3


def test_the_full_text_gives_the_same_experiment(tiny, tmp_path):
    """Also of files that include others, which need not be there any more."""
    with configured_experiment([tiny], ["STEPS = 7"]) as made:
        full, run, optimizer = made.full, made.experiment.run, made.experiment.optimizer
    assert "include" not in full
    saved = tmp_path / "config.gin"
    saved.write_text(full)
    with configured_experiment([saved]) as again:
        assert again.full == full
        assert again.experiment.run == run
        assert again.experiment.optimizer.clip_norm == optimizer.clip_norm
        assert again.experiment.model().get_config()["levels"] == (1,)
    assert differing_bindings(full, again.full) == {}


def test_operative_text_says_what_was_used_and_with_which_defaults(tiny):
    with configured_experiment([tiny]) as made:
        assert "training.CheckpointSettings.keep = 3" in made.operative()
        assert "models.DMPHN.levels" not in made.operative()
        made.experiment.model()
        assert "models.DMPHN.levels = (1,)" in made.operative()


def test_differences_are_named_with_both_values(tiny):
    with configured_experiment([tiny]) as made:
        one = made.full
    changed = ["STEPS = 7", "models.DMPHN.weight_sharing = True"]
    with configured_experiment([tiny], changed) as made:
        other = made.full
    assert differing_bindings(one, other) == {
        "STEPS/gin.macro.value": ("6", "7"),
        "tfdeblur.models.DMPHN.weight_sharing": ("nothing", "True"),
    }
    assert differing_bindings(other, one)["tfdeblur.models.DMPHN.weight_sharing"] == (
        "True",
        "nothing",
    )


def test_errors_of_the_program_keep_their_traceback(tiny):
    """Only what configured constructors refuse is the fault of the configuration."""
    with pytest.raises(TypeError, match="a defect"), configured_experiment([tiny]):
        raise TypeError("a defect")


@pytest.mark.parametrize("missing", ["MODEL", "PAIRS", "WEIGHTS"])
def test_a_macro_without_a_value_is_named(missing):
    files = {"MODEL": "models/dmphn/dmphn_1.gin"}
    bindings = {"PAIRS": "PAIRS = 'x'", "WEIGHTS": "WEIGHTS = 'y'"}
    given = [file for name, file in files.items() if name != missing]
    lines = [line for name, line in bindings.items() if name != missing]
    with (
        pytest.raises(InputError, match=f"Expected a value for {missing} as well"),
        configured_experiment([*given, "runs/finetune.gin"], lines),
    ):
        pass


def test_relative_paths_are_those_of_the_user(tiny, tmp_path, monkeypatch):
    with configured_experiment([tiny]) as made:
        (tmp_path / "config.gin").write_text(made.full)
    monkeypatch.chdir(tmp_path)
    with configured_experiment(["config.gin"]) as again:
        assert again.experiment.run.steps == made.experiment.run.steps
    assert build_model("config.gin").levels == (1,)
