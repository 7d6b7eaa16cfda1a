"""Which networks count as the same when an interrupted video goes on."""

import json

import pytest

from tests.inference.fake_runtimes import LeftMinusRight, PerPixel
from tfdeblur import Deblurrer, build_model
from tfdeblur.video.pipeline import deblurrer_identity


@pytest.fixture(scope="module")
def model():
    return build_model("dmphn_1_2_small")


def test_the_same_weights_and_settings_are_the_same(model, tmp_path):
    one = deblurrer_identity(Deblurrer(model))
    model.save_weights(tmp_path / "a.weights.h5")
    other = build_model("dmphn_1_2_small")
    other.load_weights(tmp_path / "a.weights.h5")
    assert deblurrer_identity(Deblurrer(other)) == one == json.loads(json.dumps(one))


@pytest.mark.parametrize("options", [{"ensemble": 2}, {"tile": 256}])
def test_other_settings_are_not(model, options):
    assert deblurrer_identity(Deblurrer(model, **options)) != deblurrer_identity(Deblurrer(model))


def test_other_weights_are_not(model):
    before = deblurrer_identity(Deblurrer(model))
    kernel = model.trainable_variables[0]
    kernel.assign(kernel + 1e-3)
    assert deblurrer_identity(Deblurrer(model)) != before


def test_networks_from_exported_files_are_told_by_what_they_do():
    one, same, other = (
        deblurrer_identity(Deblurrer(runtime))
        for runtime in (PerPixel(), PerPixel(), LeftMinusRight())
    )
    assert one == same != other


def test_another_depth_is_another():
    stack = PerPixel()
    before = deblurrer_identity(Deblurrer(stack))
    stack.depth = 2
    assert deblurrer_identity(Deblurrer(stack)) != before


def test_functions_are_told_by_their_names():
    assert deblurrer_identity(json.dumps) == "json.dumps"
    assert deblurrer_identity(PerPixel()) == "tests.inference.fake_runtimes.PerPixel"
