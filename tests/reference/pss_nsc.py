"""PSS-NSC on one gray image, written out from the paper and the notes on the release.

Reads the weights from a dict by the release's names; every operation is NumPy in
float64, resizing goes pixel by pixel.
"""

import numpy as np

from tests.reference.convolutions import conv, deconv, relu


def legacy_bilinear(image, out_height, out_width):
    """(h, w) -> (out_height, out_width), TensorFlow 1's definition, align_corners off."""
    height, width = image.shape
    out = np.zeros((out_height, out_width))
    for row in range(out_height):
        for column in range(out_width):
            y, x = row * height / out_height, column * width / out_width
            top, left = int(y), int(x)
            bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
            upper = image[top, left] + (image[top, right] - image[top, left]) * (x - left)
            lower = image[bottom, left] + (image[bottom, right] - image[bottom, left]) * (x - left)
            out[row, column] = upper + (lower - upper) * (y - top)
    return out


def nested_module(x, units):
    """Every unit sees the input plus the results of all units before it; Eqs. (2)-(4).

    `units` is a list of (kernel, bias, kernel, bias).
    """
    results = []
    for kernel_1, bias_1, kernel_2, bias_2 in units:
        seen = x + sum(results)
        results.append(conv(relu(conv(seen, kernel_1, bias_1)), kernel_2, bias_2))
    return x + sum(results)


def conv_stride_2(x, kernel, bias):
    """TensorFlow's SAME for even sizes: one line of zeros at the bottom and on the right only."""
    return conv(np.pad(x, ((0, 1), (0, 1), (0, 0))), kernel, bias, stride=2, padding=0)


def pss_nsc(weights, blur, num_units):
    """(h, w) -> list of the restored images at scales 1/4, 1/2 and 1."""

    def layer(name):
        return weights[f"g_net/{name}/weights"], weights[f"g_net/{name}/biases"]

    def transform(name, x):
        units = [
            layer(f"{name}/d{unit}/conv1") + layer(f"{name}/d{unit}/conv2")
            for unit in range(1, num_units + 1)
        ]
        return nested_module(nested_module(x, units), units)

    height, width = blur.shape
    restored = []
    for scale, divisor in enumerate((4, 2, 1)):
        size = height // divisor, width // divisor
        image = legacy_bilinear(blur, *size)
        previous = legacy_bilinear(restored[-1], *size) if restored else image
        enc1 = relu(conv(np.dstack([image, previous]), *layer(f"enc1_1_{scale}")))
        enc1 = transform("enc1_2", enc1)
        enc2 = transform("enc2_2", relu(conv_stride_2(enc1, *layer(f"enc2_1_{scale}"))))
        enc3 = transform("enc3_2", relu(conv_stride_2(enc2, *layer(f"enc3_1_{scale}"))))
        dec3 = transform("dec3_2", enc3)
        dec2 = transform("dec2_2", relu(deconv(dec3, *layer(f"dec2_3_{scale}"))) + enc2)
        dec1 = transform("dec1_2", relu(deconv(dec2, *layer(f"dec1_3_{scale}"))) + enc1)
        restored.append(conv(dec1, *layer(f"dec1_0_{scale}"))[..., 0] + image)
    return restored
