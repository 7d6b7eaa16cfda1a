"""Gin files can name the parts of a run, and nothing else."""

import pytest

from tfdeblur.config import read_experiment
from tfdeblur.config.names import check_import, full_name, public_names
from tfdeblur.errors import InputError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os\nMODEL = @os.system()\n", "imports os"),
        ("import tfdeblur.__main__\n", "imports tfdeblur.__main__"),
        ("import subprocess as models\nMODEL = @models.run\n", "imports subprocess"),
        ("from tfdeblur import atomic_write\n", "imports tfdeblur.atomic_write"),
        ("from tfdeblur import models\n", "imports tfdeblur.models.*MODEL = 'dmphn_1'"),
        ("MODEL = @os.system\n", "os.system, which is no public"),
        ("MODEL = @data.tfds_pairs.os\n", "which is no public"),
        ("MODEL = @data.pipeline.tf.io.write_file\n", "which is no public"),
        ("MODEL = @training.experiment.dataclasses.replace\n", "which is no public"),
        ("MODEL = @training.schedules.keras.saving.load_model\n", "which is no public"),
        ("MODEL = @training.schedules\n", "which is no public"),
        ("data.folder_pairs.__globals__ = 3\n", "the parameter __globals__"),
    ],
)
def test_other_names_are_refused_in_one_line(tmp_path, text, message):
    path = tmp_path / "config.gin"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as error:
        read_experiment([path])
    assert "\n" not in str(error.value)


def test_a_module_is_not_even_imported(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "hostile_module.py").write_text(f"open({str(tmp_path / 'canary')!r}, 'w')")
    path = tmp_path / "config.gin"
    path.write_text("from __gin__ import dynamic_registration\nimport hostile_module\n")
    with pytest.raises(InputError, match="imports hostile_module"):
        read_experiment([path])
    assert not (tmp_path / "canary").exists()


def test_the_packages_of_a_run_may_be_imported():
    for name in ("data", "losses", "training"):
        check_import(f"tfdeblur.{name}")


def test_short_and_long_names_mean_the_same():
    for name in ("cosine", "schedules.cosine", "tfdeblur.training.schedules.cosine"):
        assert full_name(name) == "training.schedules.cosine"
    assert full_name("data.CropSettings") == full_name("training.CropSettings")


def test_what_schedules_import_for_themselves_is_not_public():
    assert "training.schedules.cosine" in public_names()
    assert not any(name.startswith("training.schedules.keras") for name in public_names())
