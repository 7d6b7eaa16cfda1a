"""Stacks, against the transcription, the table's parameter counts and their own first units."""

import gc
import itertools
import weakref

import numpy as np
import pytest

from tests.reference import dmphn as oracle
from tfdeblur.models import DMPHN, VMPHN, Stack


@pytest.fixture(scope="module")
def stack3():
    model = Stack(DMPHN((1, 2, 4)), num_units=3)
    model.build((None, None, None, 3))
    return model


def test_equals_the_patch_by_patch_transcription(stack3, rng):
    """Three units, because with two "the first" and "the previous" output are the same."""
    blur = rng.random((1, 8, 8, 3), np.float32)
    expected = oracle.stack_of_dmphn_1_2_4(stack3, blur[0])
    for output, wanted in zip(stack3(blur), expected, strict=True):
        np.testing.assert_allclose(output[0], wanted, atol=1e-4)


def test_depth_runs_the_first_units_bit_for_bit(stack3, rng):
    blur = rng.random((1, 19, 21, 3), np.float32)
    np.testing.assert_array_equal(stack3.deblur(blur, depth=1), stack3.units[0].deblur(blur))
    everything = stack3(blur[:, :16, :16])
    for depth in (1, 2, 3):
        outputs = stack3(blur[:, :16, :16], depth=depth)
        assert len(outputs) == depth
        np.testing.assert_array_equal(outputs[-1], everything[depth - 1])


def test_a_shallow_stack_has_no_variables_of_the_rest():
    shallow = Stack(DMPHN((1,)), num_units=4, depth=1)
    shallow.build((None, None, None, 3))
    assert shallow.count_params() == 1_808_131
    assert Stack.from_config(shallow.get_config()).get_config() == shallow.get_config()


@pytest.mark.parametrize("depth", [0, 4, -1])
def test_impossible_depths_are_refused(stack3, depth):
    with pytest.raises(ValueError, match=f"depth={depth}; expected 1 to 3"):
        stack3.deblur(np.zeros((1, 8, 8, 3), np.float32), depth=depth)
    with pytest.raises(ValueError, match=f"depth={depth}; expected 1 to 3"):
        Stack(DMPHN((1,)), num_units=3, depth=depth)


def test_units_are_copies_with_weights_of_their_own(stack3):
    names = [unit.name for unit in stack3.units]
    assert names == ["unit_1", "unit_2", "unit_3"]
    kernels = [unit.encoders[0].convs[0].kernel.numpy() for unit in stack3.units]
    assert not np.allclose(kernels[0], kernels[1])


def test_intermediate_images_are_named_by_unit_and_level(stack3, rng):
    blur = rng.random((1, 9, 11, 3), np.float32)
    images = stack3.intermediate_images(blur, depth=2)
    assert list(images) == [
        f"unit_{unit}_{name}"
        for unit in (1, 2)
        for name in ("level_3_residual", "level_2_residual", "output")
    ]
    assert {image.shape for image in images.values()} == {blur.shape}
    np.testing.assert_allclose(images["unit_2_output"], stack3.deblur(blur, depth=2), atol=1e-6)


def test_residuals_are_shown_as_they_were_decoded(stack3, rng):
    """Without the output of unit 1, which later units add before they go on."""
    blur = rng.random((1, 8, 8, 3), np.float32)
    images = stack3.intermediate_images(blur)
    unit = stack3.units[1]
    first, second = (r for r in itertools.islice(stack3._restorations(blur - 0.5), 2))
    expected = unit.decoders[1](second.features[1])
    np.testing.assert_allclose(images["unit_2_level_2_residual"], expected + 0.5, atol=1e-5)
    assert np.abs(first.output).max() > 1e-3


def test_what_no_later_unit_needs_is_let_go(stack3, rng):
    alive = []
    for restoration in stack3._restorations(rng.random((1, 8, 8, 3), np.float32) - 0.5):
        gc.collect()
        assert [reference() for reference in alive] == [None] * len(alive)
        # Features go to the next unit; the residual of the finest level goes to nobody.
        alive.append(weakref.ref(restoration.images[0]))
        del restoration


def test_later_units_of_vmphn_depend_on_features_of_earlier_ones(rng):
    """Cut the carried features of unit 1 and the output of unit 2 changes."""
    stack = Stack(VMPHN((1, 2)), num_units=2)
    blur = rng.random((1, 8, 4, 3), np.float32)
    expected = stack(blur)[1]
    first = stack.units[0].restore(blur - 0.5)
    alone = stack.units[1].restore(first.output).output + 0.5
    assert np.abs(expected - alone).max() > 1e-3
