"""NAFBlock: the identity at first, and what its equations say after that."""

import numpy as np

from tfdeblur.layers import NAFBlock


def randomized(rng, block):
    block.build((None, None, None, block.filters))
    for variable in block.variables:
        variable.assign(rng.standard_normal(variable.shape) * 0.3)
    return block


def test_a_new_block_is_the_identity(rng):
    x = rng.random((2, 6, 5, 8), dtype=np.float32)
    np.testing.assert_array_equal(NAFBlock(8)(x), x)


def test_attention_sees_the_whole_image_or_its_window(rng):
    x = rng.random((1, 12, 12, 4), dtype=np.float32)
    changed = x.copy()
    changed[:, 0, 0, 0] += 1
    for window, reached in ((None, True), (3, False)):
        block = randomized(rng, NAFBlock(4, window))
        differences = np.abs(np.asarray(block(changed) - block(x)))
        assert (differences[:, 8:, 8:].max() > 0) == reached


def test_a_wide_window_is_the_whole_image(rng):
    x = rng.random((1, 6, 5, 4), dtype=np.float32)
    block = randomized(rng, NAFBlock(4))
    local = NAFBlock(4, attention_window=6)
    local.build((None, None, None, 4))
    local.set_weights(block.get_weights())
    np.testing.assert_allclose(local(x), block(x), atol=1e-5)
