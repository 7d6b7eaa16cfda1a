"""Stored colours mean what the standards say, and come back as they were."""

import av
import numpy as np
import pytest

from tests.video.clips import photograph, psnr_db
from tfdeblur.errors import InputError
from tfdeblur.video.colours import colours_of, even_size

# Weights of red, green and blue in luma, from the standards themselves.
BT601 = (0.299, 0.587, 0.114)
BT709 = (0.2126, 0.7152, 0.0722)
BT2020 = (0.2627, 0.6780, 0.0593)

FLAT = (200, 40, 90)


def stored(rgb, weights, limited, size=(16, 16)):
    """A yuv444p frame of one colour, by the textbook's formula."""
    red, green, blue = np.array(rgb) / 255
    luma = np.dot(weights, (red, green, blue))
    blueness = (blue - luma) / (2 * (1 - weights[2]))
    redness = (red - luma) / (2 * (1 - weights[0]))
    if limited:
        values = (16 + 219 * luma, 128 + 224 * blueness, 128 + 224 * redness)
    else:
        values = (255 * luma, 128 + 255 * blueness, 128 + 255 * redness)
    planes = np.round(values)[:, None, None] * np.ones((1, *size))
    return av.VideoFrame.from_ndarray(planes.astype(np.uint8), "yuv444p")


@pytest.mark.parametrize("limited", [True, False])
@pytest.mark.parametrize(
    ("tag", "size", "weights"),
    [
        (1, (16, 16), BT709),
        (5, (16, 16), BT601),
        (6, (720, 16), BT601),
        (9, (16, 16), BT2020),
        (2, (718, 16), BT601),
        (2, (720, 16), BT709),
    ],
)
def test_rgb_is_that_of_the_standard(tag, size, weights, limited):
    frame = stored(FLAT, weights, limited, size)
    frame.colorspace, frame.color_range = tag, 1 if limited else 2
    rgb = colours_of(frame).to_rgb(frame)
    assert rgb.shape == (*size, 3)
    assert np.abs(rgb[8, 8].astype(int) - FLAT).max() <= 2


@pytest.mark.parametrize("color_range", [0, 1, 2])
@pytest.mark.parametrize("tag", [1, 2, 4, 5, 6, 7, 9])
@pytest.mark.parametrize("bits", [8, 10])
def test_there_and_back(tag, color_range, bits):
    layout = "yuv420p" if bits == 8 else "yuv420p10le"
    frame = av.VideoFrame.from_ndarray(photograph(48, 64)).reformat(format=layout)
    frame.colorspace, frame.color_range = tag, color_range
    colours = colours_of(frame)
    rgb = colours.to_rgb(frame)
    assert rgb.dtype == (np.uint8 if bits == 8 else np.uint16)
    back = colours.from_rgb(rgb)
    assert (back.format.name, back.colorspace, back.color_range) == (layout, tag, color_range)
    assert psnr_db(back.to_ndarray(), frame.to_ndarray(), peak=2**bits - 1) > 45


def test_another_matrix_would_be_noticed():
    frame = stored(FLAT, BT709, limited=True)
    frame.colorspace, frame.color_range = 5, 1
    assert np.abs(colours_of(frame).to_rgb(frame)[8, 8].astype(int) - FLAT).max() > 8


def test_rgb_video_becomes_tagged_luma_and_chroma():
    pixels = photograph(48, 64)
    colours = colours_of(av.VideoFrame.from_ndarray(pixels, "bgr24"))
    assert (colours.pixel_format, colours.tags["colorspace"], colours.tags["color_range"]) == (
        "yuv420p",
        5,
        1,
    )


def test_odd_sizes_repeat_the_last_row_and_column():
    frame = av.VideoFrame.from_ndarray(photograph(48, 64)).reformat(format="yuv420p")
    colours = colours_of(frame)
    pixels = np.zeros((5, 7, 3), np.uint8)
    pixels[-1] = pixels[:, -1] = 255
    luma = colours.from_rgb(pixels).to_ndarray()[:6]
    assert even_size(5, 7) == luma.shape == (6, 8)
    assert (luma[4:] == luma[4, 0]).all()
    assert (luma[:, 6:] == luma[4, 0]).all()


def test_alpha_and_unknown_matrices_are_refused():
    with pytest.raises(InputError, match="alpha"):
        colours_of(av.VideoFrame(16, 16, "yuva420p"))
    frame = av.VideoFrame(16, 16, "yuv420p")
    frame.colorspace = 8
    with pytest.raises(InputError, match=r"matrix 8 of ITU-T H\.273"):
        colours_of(frame)
