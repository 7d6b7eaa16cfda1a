"""The oracles themselves, against results worked out by hand."""

import numpy as np

from tests.reference.convolutions import conv, deconv


def test_conv_pads_every_side_before_it_strides():
    x = np.arange(16.0).reshape(4, 4, 1)
    out = conv(x, np.ones((3, 3, 1, 1)), np.array([0.5]), stride=2)
    # Windows around elements 0, 2, 8 and 10, cut off at the top and left border.
    assert out[..., 0].tolist() == [[10.5, 24.5], [51.5, 90.5]]


def test_deconv_paints_the_kernel():
    kernel = np.arange(16.0).reshape(4, 4, 1, 1)
    out = deconv(np.full((1, 1, 1), 2.0), kernel, np.zeros(1))
    assert out[..., 0].tolist() == [[10.0, 12.0], [18.0, 20.0]]
