"""What people hand over as an image."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tfdeblur.errors import InputError
from tfdeblur.inference.pixels import as_array

RGB = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)


def test_colours_of_a_palette_are_restored_and_not_their_indices():
    palette = Image.fromarray(RGB).quantize(4)
    np.testing.assert_array_equal(as_array(palette), np.asarray(palette.convert("RGB")))


@pytest.mark.parametrize("mode", ["L", "RGB", "F"])
def test_gray_and_rgb_of_pillow_are_taken_as_they_are(mode):
    image = Image.fromarray(RGB).convert(mode)
    pixels = np.asarray(image)
    if mode == "F":
        image = Image.fromarray(pixels / 255)
        pixels = np.asarray(image)
    np.testing.assert_array_equal(as_array(image), pixels)


@pytest.mark.parametrize(("mode", "becomes"), [("1", "L"), ("HSV", "RGB"), ("YCbCr", "RGB")])
def test_other_models_of_colour_become_gray_or_rgb(mode, becomes):
    image = Image.fromarray(RGB).convert(mode)
    np.testing.assert_array_equal(as_array(image), np.asarray(image.convert(becomes)))


def test_16_bits_of_either_byte_order_are_taken():
    values = np.arange(35, dtype=np.uint16).reshape(5, 7) * 1000
    for image in (Image.fromarray(values), values.astype(">u2")):
        received = as_array(image)
        assert received.dtype == np.uint16
        np.testing.assert_array_equal(received, values)


def transparent_palette():
    image = Image.fromarray(RGB).quantize(4)
    image.info["transparency"] = 0
    return image


class OfADevice:
    """As a tensor of PyTorch that lies on a GPU."""

    def __array__(self, dtype=None, copy=None):
        raise TypeError("can't convert cuda:0 device type tensor to numpy.\nUse Tensor.cpu()")


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (Image.new("RGBA", (4, 4)), "mode RGBA with transparency; expected L or RGB"),
        (Image.new("LA", (4, 4)), "mode LA with transparency"),
        (transparent_palette(), "mode P with transparency"),
        (Image.new("CMYK", (4, 4)), "mode CMYK; expected L or RGB"),
        (Image.new("LAB", (4, 4)), "mode LAB; expected L or RGB"),
        (Image.new("I", (4, 4)), "dtype int32"),
        ("photo.jpg", "Received str; .* not a file's name"),
        (None, "Received NoneType"),
        (OfADevice(), r"OfADevice, which NumPy cannot read \(can't convert cuda:0 .*\.cpu\(\)\)"),
        ([[1, 2], [3]], "list, which NumPy cannot read"),
        (tf.zeros((1, 4, 4, 3)), "a batch of shape"),
        (np.zeros((2, 3, 4, 4, 3), np.uint8), "of shape"),
    ],
)
def test_what_cannot_be_restored_is_refused_in_one_line(image, said):
    with pytest.raises(InputError, match=said) as error:
        as_array(image)
    assert "\n" not in str(error.value)


def test_tensors_are_images_too():
    np.testing.assert_array_equal(as_array(tf.constant(RGB)), RGB)
