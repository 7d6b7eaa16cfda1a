"""Which networks visitors may choose among."""

import pytest

from tests.weights.importers.test_dmphn_release import built
from tfdeblur.demo_page.networks import named_networks
from tfdeblur.errors import InputError
from tfdeblur.pretrained import pretrained_models
from tfdeblur.weights.files import save_weights


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "one.weights.h5"
    save_weights(built((1,)), path)
    return path


def test_those_given_come_first_and_those_of_the_package_after(weights):
    networks = named_networks([f"dmphn_1={weights}"])
    assert list(networks) == ["dmphn_1", *pretrained_models()]
    assert networks["dmphn_1"].model.name == "dmphn_1"


def test_without_any_those_of_the_package():
    assert list(named_networks([])) == pretrained_models()


def test_a_run_is_named_after_its_folder(weights, tmp_path):
    run = tmp_path / "my run"
    run.mkdir()
    assert "my run" in named_networks([str(weights.rename(run / "model.weights.h5"))])


def test_other_weights_alone_are_named_after_their_file(weights):
    assert "one" in named_networks([str(weights)])


@pytest.mark.parametrize("text", ["dmphn_1", "dmphn_1=", "=x.weights.h5", ""])
def test_another_form(text):
    with pytest.raises(InputError, match="or NETWORK=WEIGHTS, such as"):
        named_networks([text])


def test_a_name_twice(weights):
    with pytest.raises(InputError, match="two networks named dmphn_1"):
        named_networks([f"dmphn_1={weights}"] * 2)


def test_weights_of_another_network(weights):
    with pytest.raises(InputError, match="received weights of DMPHN"):
        named_networks([f"dmphn_1_2={weights}"])
