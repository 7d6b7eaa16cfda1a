"""Settings as plain data: of calls that are still to be made, and compared."""

import pytest

from tfdeblur.data import Mixture, folder_pairs
from tfdeblur.errors import InputError
from tfdeblur.training import Experiment, OptimizerSettings, RunSettings, schedules
from tfdeblur.training.deferred import Deferred
from tfdeblur.training.settings import differing_settings, settings_of


def experiment(**changes):
    settings = {
        "model": "dmphn_1",
        "train_data": Deferred(folder_pairs, {"root": "pairs"}),
        "run": RunSettings(steps=6, batch_size=2),
    }
    return Experiment(**settings | changes)


def test_a_deferred_call_is_made_with_those_in_its_arguments():
    call = Deferred(dict, {"a": [Deferred(dict, {"b": 1})], "c": (2,)})
    assert call() == {"a": [{"b": 1}], "c": (2,)}
    assert Deferred(schedules.cosine, {"learning_rate": 1e-3})(100).initial_learning_rate == 1e-3


@pytest.mark.parametrize("arguments", [{"power": "x"}, {"powr": 1.0}])
def test_arguments_that_a_call_refuses(arguments):
    with pytest.raises(InputError, match=r"power = 'x'|polynomial cannot be called: .*powr"):
        Deferred(schedules.polynomial, arguments)(100)


def test_settings_have_defaults_and_the_network_itself():
    settings = settings_of(experiment(model_arguments={"weight_sharing": True}))
    assert settings["network"]["levels"] == [1]
    assert settings["network"]["weight_sharing"] is True
    assert settings["run"]["precision"] == "float32"
    assert settings["train_data"] == {
        "call": "data.folder_pairs",
        "root": "pairs",
        "blur_dir": None,
        "sharp_dir": None,
    }
    assert settings["optimizer"]["schedule"] == "training.constant"


def test_equal_runs_have_equal_settings_however_they_are_written():
    named = experiment(model="dmphn_1_2_4_ws")
    spelt_out = experiment(
        model="dmphn_1", model_arguments={"levels": [1, 2, 4], "weight_sharing": True}
    )
    assert settings_of(named) == settings_of(spelt_out)


def test_differences_have_the_names_of_settings_and_both_values():
    one = settings_of(experiment())
    other = experiment(
        model="dmphn_1_2",
        train_data=Deferred(Mixture, {"sources": []}),
        optimizer=OptimizerSettings(clip_norm=1.0),
    )
    differing = differing_settings(one, settings_of(other))
    assert list(differing) == ["network.levels", "optimizer.clip_norm", "train_data"]
    assert differing["network.levels"] == ([1], [1, 2])
    assert differing["optimizer.clip_norm"] == (None, 1.0)
    assert differing["train_data"][1]["call"] == "data.Mixture"


def test_unknown_networks_and_arguments_are_refused():
    with pytest.raises(InputError, match=r"Experiment\.model = None; expected a network's name"):
        experiment(model=None)
    with pytest.raises(InputError, match="no such network"):
        settings_of(experiment(model="dmphn_3"))
    with pytest.raises(InputError, match="expected a source of pairs"):
        experiment(train_data="pairs")
