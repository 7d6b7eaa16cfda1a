"""Names of devices, and versions."""

import platform

import keras
import pytest

import tfdeblur
from tfdeblur.system import environment
from tfdeblur.system.environment import device, versions


def test_versions_name_what_computes():
    assert versions()["keras"] == keras.__version__
    assert versions()["tfdeblur"] == tfdeblur.__version__
    assert keras.backend.backend() in versions()


def test_the_device_has_a_name():
    assert device().strip()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("processor\t: 0\nmodel name\t: Abacus 3\nmodel name\t: Abacus 3\n", "Abacus 3"),
        ("processor\t: 0\nFeatures\t: fp\n", platform.machine()),
        (None, platform.processor() or platform.machine()),
    ],
)
def test_a_processor_has_a_name_wherever_it_stands(tmp_path, monkeypatch, content, name):
    cpuinfo = tmp_path / "cpuinfo"
    if content is not None:
        cpuinfo.write_text(content)
    monkeypatch.setattr(environment, "_CPUINFO", cpuinfo)
    monkeypatch.setattr(environment, "runs_on_accelerator", lambda: False)
    assert device() == name
    assert environment.environment()["device"] == name
