"""Gin files can name the parts of a run, and nothing else."""

import pytest

import tfdeblur
from tfdeblur.config import configured_experiment
from tfdeblur.config.configurable_names import check_configurable, check_import
from tfdeblur.errors import InputError

DYNAMIC = "from __gin__ import dynamic_registration\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os\nMODEL = @os.system()\n", "imports os"),
        ("import tfdeblur.__main__\n", "imports tfdeblur.__main__"),
        ("import subprocess as models\nMODEL = @models.run\n", "imports subprocess"),
        ("from tfdeblur import atomic_write\n", "imports tfdeblur.atomic_write"),
        ("from tfdeblur import data\nMODEL = @data.tfds_pairs.os\n", "."),
        ("from tfdeblur import data\nMODEL = @data.pipeline.tf.io.write_file\n", "names data"),
        (
            "from tfdeblur import training\nMODEL = @training.experiment.dataclasses.replace\n",
            "names training.experiment.dataclasses",
        ),
        (
            "from tfdeblur import training\nMODEL = @training.schedules.keras.saving.load_model\n",
            "names training.schedules.keras",
        ),
        (
            "from tfdeblur import models\nMODEL = @models.DMPHN.load_weights\n",
            "names models.DMPHN.load_weights",
        ),
        ("from tfdeblur import data\nMODEL = @data.folder_pairs\n", "which is no network"),
    ],
)
@pytest.mark.parametrize("dynamic", [True, False])
def test_other_names_are_refused_in_one_line(tmp_path, text, message, dynamic):
    path = tmp_path / "config.gin"
    path.write_text((DYNAMIC if dynamic else "") + text)
    with pytest.raises(InputError, match=message if dynamic else ".") as error:
        tfdeblur.build_model(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("call", ["data.folder_pairs", "data.tfds_pairs", "training.Experiment"])
def test_a_network_has_no_parameter_that_reads_data(tmp_path, call):
    """What may stand in a run's config.gin is not called where only its network is asked for."""
    path = tmp_path / "config.gin"
    path.write_text(
        f"{DYNAMIC}from tfdeblur import data\nfrom tfdeblur import models\n"
        f"from tfdeblur import training\nMODEL = @models.DMPHN\n"
        f"VALUE = @{call}()\nmodels.DMPHN.levels = %VALUE\n"
    )
    with pytest.raises(InputError, match="parameters call tfdeblur"):
        tfdeblur.build_model(path)


def test_a_module_is_not_even_imported(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "hostile_module.py").write_text(f"open({str(tmp_path / 'canary')!r}, 'w')")
    path = tmp_path / "config.gin"
    for text in ("import hostile_module\n", f"{DYNAMIC}import hostile_module\n"):
        path.write_text(text)
        with pytest.raises(InputError, match="imports hostile_module"):
            tfdeblur.build_model(path)
        with pytest.raises(InputError), configured_experiment([path]):
            pass
    assert not (tmp_path / "canary").exists()


def test_the_packages_of_a_run_may_be_imported():
    for name in ("data", "losses", "models", "training"):
        check_import(f"tfdeblur.{name}")


def test_schedules_may_be_named_and_what_they_import_may_not():
    from tfdeblur import training

    schedules = training.schedules
    names = ["training", "schedules", "cosine"]
    check_configurable(names, [training, schedules, schedules.cosine])
    with pytest.raises(InputError, match=r"names training\.schedules"):
        check_configurable(names[:2], [training, schedules])
