"""Convolutions as their definition says, in float64, one output or input pixel at a time."""

import numpy as np


def conv(x, kernel, bias, stride=1, padding=1):
    """(h, w, in) -> (h', w', out), `padding` zeros on every side, PyTorch's arithmetic."""
    size = kernel.shape[0]
    x = np.pad(np.asarray(x, np.float64), ((padding, padding), (padding, padding), (0, 0)))
    height = (x.shape[0] - size) // stride + 1
    width = (x.shape[1] - size) // stride + 1
    out = np.zeros((height, width, kernel.shape[3]))
    for row in range(height):
        for column in range(width):
            window = x[row * stride : row * stride + size, column * stride : column * stride + size]
            out[row, column] = np.tensordot(window, kernel, 3) + bias
    return out


def deconv(x, kernel, bias, stride=2, padding=1):
    """Transposed convolution: every input element paints a scaled kernel (h, w, out, in)."""
    size = kernel.shape[0]
    height, width = x.shape[0] * stride + size - stride, x.shape[1] * stride + size - stride
    canvas = np.zeros((height, width, kernel.shape[2]))
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            top, left = row * stride, column * stride
            canvas[top : top + size, left : left + size] += kernel @ np.asarray(
                x[row, column], np.float64
            )
    return canvas[padding : height - padding, padding : width - padding] + bias


def relu(x):
    """max(x, 0)."""
    return np.maximum(x, 0)
