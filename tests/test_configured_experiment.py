"""Experiments from gin files: whole again from their own text, and compared."""

import functools

import gin
import pytest

import tfdeblur
from tests.training.runs import write_tiny
from tfdeblur.config import (
    build_model,
    config_dir,
    configured_experiment,
    differing_bindings,
    preset_of,
)
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN, PSSNSC
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


def test_gin_is_left_as_it_was(tiny):
    gin.parse_config("MY_MACRO = 3")
    try:
        with configured_experiment([tiny]):
            pass
        with pytest.raises(InputError), configured_experiment([tiny], ["STEPZ = 3"]):
            pass
        assert gin.query_parameter("MY_MACRO/gin.macro.value") == 3
        assert "STEPS" not in gin.config_str()
    finally:
        gin.clear_config()


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


@pytest.mark.parametrize(
    "name", ["dmphn_1_2_4", "dmphn_1_2_4_ws", "dmphn_1_2_small", "stack2_vmphn"]
)
def test_presets_are_recognised(name):
    assert preset_of(build_model(name)) == name


@pytest.mark.parametrize(
    "make",
    [
        functools.partial(DMPHN, (1, 2), filters=(4, 4, 4)),
        functools.partial(PSSNSC, num_scales=2),
    ],
)
def test_other_networks_are_no_preset(make):
    assert preset_of(make()) is None


def test_a_model_can_be_built_from_the_configuration_of_a_run(tiny, tmp_path):
    with configured_experiment([tiny]) as made:
        (tmp_path / "config.gin").write_text(made.full)
    model = tfdeblur.build_model(tmp_path / "config.gin")
    assert isinstance(model, DMPHN)
    assert model.filters == (4, 4, 4)
    assert model.count_params() == 2815
    assert tfdeblur.build_model(str(tmp_path / "config.gin")).count_params() == 2815


def test_a_file_without_a_model_is_refused(tmp_path):
    path = tmp_path / "config.gin"
    path.write_text("STEPS = 3\n")
    with pytest.raises(InputError, match=r"config\.gin: binds no MODEL"):
        build_model(path)
    with pytest.raises(InputError, match="Received model"):
        build_model(str(tmp_path / "none.gin"))


def test_files_are_found_by_their_path_below_gin(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inside = "papers/zhang2019/table1_dmphn_1_2_4_8.gin"
    with configured_experiment([inside]) as by_name:
        pass
    with configured_experiment([config_dir() / inside]) as by_path:
        pass
    assert by_name.full == by_path.full


def test_relative_paths_are_those_of_the_user(tiny, tmp_path, monkeypatch):
    with configured_experiment([tiny]) as made:
        (tmp_path / "config.gin").write_text(made.full)
    monkeypatch.chdir(tmp_path)
    with configured_experiment(["config.gin"]) as again:
        assert again.experiment.run.steps == made.experiment.run.steps
    assert build_model("config.gin").levels == (1,)
