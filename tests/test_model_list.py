"""`tfdeblur models`: what there is, and what of it is on this machine."""

import pytest

from tfdeblur import cli
from tfdeblur.models.presets import PRESETS
from tfdeblur.pretrained import DEFAULT_MODEL, pretrained_models
from tfdeblur.pretrained.catalog import OFFERS
from tfdeblur.weights.downloads import downloadable_networks, release_files


def test_every_network_with_weights_is_listed_and_those_here_are_marked(
    capsys, tmp_path, monkeypatch
):
    monkeypatch.setenv("TFDEBLUR_CACHE", str(tmp_path))
    (tmp_path / "stack2_dmphn.weights.h5").write_bytes(b"")
    assert cli.main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    marked = {line.split()[1] for line in lines[1:] if line.startswith("* ") and "MB" in line}
    assert marked == {*pretrained_models(), "stack2_dmphn"}
    listed = {offer.name for offer in OFFERS}
    assert listed == {*pretrained_models(), *downloadable_networks()}
    assert any("tfdeblur download dmphn_1_2_4_8" in line for line in lines)
    assert DEFAULT_MODEL in listed


@pytest.mark.parametrize("name", downloadable_networks())
def test_sizes_are_those_of_the_weights(name):
    [offer] = [offer for offer in OFFERS if offer.name == name]
    megabytes = 4 * PRESETS[name].num_parameters / 1e6
    assert offer.megabytes == pytest.approx(megabytes, rel=0.02)
    assert sum(file.num_bytes for file in release_files(name)) / 1e6 == pytest.approx(
        megabytes, rel=0.02
    )


def test_arguments_are_refused(capsys):
    assert cli.main(["models", "dmphn_1"]) == 2
    assert "expected flags only" in capsys.readouterr().err
