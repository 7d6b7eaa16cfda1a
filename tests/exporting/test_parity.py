"""What parity measures, and what it lets pass."""

import dataclasses

import numpy as np
import pytest

from tests.support.networks import network
from tfdeblur.exporting.parity import FLOAT16_WEIGHTS, FLOAT32, Parity, measure_parity, scene

SHAPES = ((1, 65, 97), (3, 9, 8))


def keras_model(model, dtype, change=0):
    """The network itself as an exported file, its output changed by `change`."""

    def run(images):
        if dtype == np.float32:
            return np.asarray(model.deblur(images)) + np.float32(change)
        restored = np.asarray(model.deblur(images.astype(np.float32) / 255)).clip(0, 1)
        return (np.floor(255 * restored + 0.5) + change).astype(np.uint8)

    return run


def test_a_network_equals_itself():
    model = network("dmphn")
    exported = {"float": keras_model(model, np.float32), "uint8": keras_model(model, np.uint8)}
    found = measure_parity(model, exported, SHAPES)
    assert [(p.batch, p.height, p.width) for p in found] == list(SHAPES)
    for parity in found:
        assert (parity.float_difference, parity.uint8_difference, parity.uint8_share) == (0, 0, 0)
        assert parity.problems(FLOAT32) == []


def test_differences_are_found():
    model = network("dmphn")
    [parity] = measure_parity(model, {"uint8": keras_model(model, np.uint8, 2)}, SHAPES[:1])
    assert (parity.float_difference, parity.uint8_difference, parity.uint8_share) == (None, 2, 1)
    assert "2 grey levels apart at 1x65x97, at most 1 expected" in parity.problems(FLOAT32)
    [parity] = measure_parity(model, {"float": keras_model(model, np.float32, 0.02)}, SHAPES[:1])
    assert parity.float_difference == pytest.approx(0.02, abs=1e-6)
    # 5.1 grey levels: what is rounded is 5 or 6 apart.
    assert (parity.uint8_difference, parity.uint8_share) == (6, 1)


def test_the_depth_is_that_of_the_export():
    model = network("stack")
    first_unit = {"float": lambda images: np.asarray(model.deblur(images, depth=1))}
    assert measure_parity(model, first_unit, SHAPES[:1], depth=1)[0].float_difference == 0
    assert measure_parity(model, first_unit, SHAPES[:1])[0].problems(FLOAT32)


GOOD = Parity(1, 65, 97, 1.0, float_difference=9e-5, uint8_difference=1, uint8_share=9e-4)


@pytest.mark.parametrize(
    ("change", "num_problems"),
    [
        ({}, 0),
        ({"float_difference": None}, 0),
        ({"float_difference": 2e-4}, 1),
        ({"float_difference": float("nan")}, 1),
        # Of an output of 100, 2e-4 is a rounding error.
        ({"float_difference": 2e-4, "largest_output": 100.0}, 0),
        ({"uint8_difference": 2}, 1),
        ({"uint8_share": 3e-3}, 1),
        ({"uint8_share": 3e-3, "uint8_difference": 2, "float_difference": 1.0}, 3),
    ],
)
def test_what_is_tolerated(change, num_problems):
    parity = dataclasses.replace(GOOD, **change)
    assert len(parity.problems(FLOAT32)) == num_problems
    assert all("1x65x97" in problem for problem in parity.problems(FLOAT32))


def test_weights_in_16_bits_may_be_further_away_but_not_anywhere():
    further = dataclasses.replace(GOOD, float_difference=5e-3, uint8_difference=2, uint8_share=0.1)
    assert further.problems(FLOAT32)
    assert not further.problems(FLOAT16_WEIGHTS)
    assert dataclasses.replace(further, uint8_difference=20).problems(FLOAT16_WEIGHTS)


def test_scenes_are_always_the_same_and_no_two_images_are():
    images = scene(3, 65, 97)
    assert (images.shape, images.dtype) == ((3, 65, 97, 3), np.uint8)
    np.testing.assert_array_equal(images, scene(3, 65, 97))
    assert (images[0] != images[1]).mean() > 0.5
    for image in images:
        assert image.min() < 40
        assert image.max() > 215
        # Mostly smooth, with edges: unlike noise, where neighbours have nothing in common.
        steps = np.abs(np.diff(image.astype(float), axis=1))
        assert np.median(steps) < 16
        assert steps.max() > 60
