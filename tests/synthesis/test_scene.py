"""Moving layers against convolution and against shifting arrays by hand."""

import numpy as np
import pytest
from scipy.ndimage import convolve

from tfdeblur.synthesis.scene import Layer, Scene
from tfdeblur.synthesis.synthesis import mean_light

SIZE = (40, 48)
MARGIN = 16
STILL = np.zeros((7, 3))


def straight(dx, dy=0, degrees=0, num=7):
    """A path at constant speed whose whole length is (dx, dy, degrees)."""
    return np.linspace(-0.5, 0.5, num)[:, None] * np.array([dx, dy, degrees])


def background(rng, path=STILL, pivot=(0, 0)):
    shape = (SIZE[0] + 2 * MARGIN, SIZE[1] + 2 * MARGIN, 3)
    return Layer(rng.random(shape, np.float32), None, (-MARGIN, -MARGIN), path, pivot)


def square(path, position=(20, 12), side=9, value=0.8):
    opacity = np.zeros((side + 4, side + 4), np.float32)
    opacity[2:-2, 2:-2] = 1
    image = np.repeat(value * opacity[..., None], 3, axis=-1)
    return Layer(image, opacity, position, path, (0, 0))


def seen(layer):
    """What a still camera sees of a background."""
    return layer.image[MARGIN:-MARGIN, MARGIN:-MARGIN]


def shifted_square(dx, **kwargs):
    """(image, opacity) in the picture of `square` moved by whole pixels."""
    layer = square(STILL, **kwargs)
    image, opacity = np.zeros((*SIZE, 3)), np.zeros((*SIZE, 1))
    x, y = layer.position[0] + dx, layer.position[1]
    height, width = layer.opacity.shape
    image[y : y + height, x : x + width] = layer.image
    opacity[y : y + height, x : x + width, 0] = layer.opacity
    return image, opacity


def test_nothing_moves(rng):
    layer = background(rng)
    np.testing.assert_allclose(mean_light(Scene(layer, [], SIZE)), seen(layer), atol=1e-5)


@pytest.mark.parametrize(("dx", "dy"), [(6, 0), (0, 6), (6, 6)])
def test_straight_shake_is_convolution_with_its_line(rng, dx, dy):
    layer = background(rng, straight(dx, dy))
    kernel = np.zeros((7, 7))
    for step in range(-3, 4):
        kernel[3 + step * (dy > 0), 3 + step * (dx > 0)] += 1 / 7
    expected = np.stack([convolve(layer.image[..., c], kernel) for c in range(3)], axis=-1)
    # A step of one pixel in each direction at once is allowed here.
    result = mean_light(Scene(layer, [], SIZE), max_step=1.5)
    np.testing.assert_allclose(result, expected[MARGIN:-MARGIN, MARGIN:-MARGIN], atol=1e-4)


def test_object_hides_and_uncovers_the_background(rng):
    layer = background(rng)
    scene = Scene(layer, [square(straight(6))], SIZE)
    pictures = []
    for dx in range(-3, 4):
        image, opacity = shifted_square(dx)
        pictures.append(seen(layer) * (1 - opacity) + image)
    result = mean_light(scene)
    np.testing.assert_allclose(result, np.mean(pictures, axis=0), atol=1e-4)
    np.testing.assert_allclose(scene.middle(), pictures[3], atol=1e-5)
    # A pixel that the square's edge passes in the middle: 4 of 7 times behind it.
    np.testing.assert_allclose(result[18, 22], 4 / 7 * 0.8 + 3 / 7 * seen(layer)[18, 22], atol=1e-4)


def test_later_objects_are_in_front(rng):
    layers = [square(STILL, value=0.1), square(STILL, value=0.9)]
    assert Scene(background(rng), layers, SIZE).middle()[18, 26] == pytest.approx(0.9, abs=1e-5)


def test_the_camera_moves_objects_too(rng):
    """Camera and object opposite: the object stays, the background moves."""
    layer = background(rng, straight(6))
    result = mean_light(Scene(layer, [square(straight(-6))], SIZE))
    np.testing.assert_allclose(result[16:20, 24:28], 0.8, atol=1e-4)
    np.testing.assert_allclose(result[2, 2], layer.image[18, 15:22].mean(axis=0), atol=1e-4)


def test_turning_moves_points_along_their_circle():
    spot = np.zeros((*SIZE, 3), np.float32)
    spot[10, 40] = 1
    layer = Layer(spot, None, (0, 0), straight(0, 0, 180, num=3), (20, 10))
    first, middle, last = Scene(layer, [], SIZE).positions(3)
    brightest = [np.unravel_index(p[..., 0].argmax(), SIZE) for p in (first, middle, last)]
    # 20 pixels to the right of the pivot; a quarter turn either way; y points down.
    assert brightest[1:] == [(10, 40), (30, 20)]


@pytest.mark.parametrize(
    "path", [straight(29), straight(3, 4), straight(0, 0, 5), np.cumsum(straight(9), axis=0)]
)
def test_steps_stay_within_a_pixel(rng, path):
    layer = background(rng, path, pivot=(60, -40))
    scene = Scene(layer, [], SIZE)
    num = scene.num_positions(1.0)
    assert num % 2 == 1
    corners = np.array([[0, 0, 1], [47, 0, 1], [0, 39, 1], [47, 39, 1]]).T
    moved = scene._motions(layer, num) @ corners
    steps = np.linalg.norm(np.diff(moved, axis=0)[:, :2], axis=1)
    assert steps.max() <= 1
    # And not needlessly small, which would cost time.
    assert num <= 7 or steps.max() > 0.8


def test_light_is_conserved(rng):
    """An evenly lit scene stays so under any motion, mirrored borders included."""
    layer = background(rng, straight(30, 11, 4))
    even = Layer(np.full_like(layer.image, 0.25), None, layer.position, layer.path, (10, 10))
    np.testing.assert_allclose(mean_light(Scene(even, [], SIZE)), 0.25, atol=1e-5)


@pytest.mark.parametrize("position", [(-5, 12), (44, 36), (20, -11), (-13, 5), (90, 90)])
def test_objects_at_and_beyond_the_border(rng, position):
    layer = background(rng)
    result = Scene(layer, [square(STILL, position)], SIZE).middle()
    wide = np.pad(seen(layer), [(20, 80), (20, 80), (0, 0)])
    x, y = position[0] + 20 + 2, position[1] + 20 + 2
    wide[y : y + 9, x : x + 9] = 0.8
    np.testing.assert_allclose(result, wide[20 : 20 + SIZE[0], 20 : 20 + SIZE[1]], atol=1e-5)


def test_half_pixels_do_not_blur_by_themselves():
    """Linear interpolation would take the mean of two neighbours: contrast 0.92 of a wave of 8."""
    columns = np.arange(SIZE[1])
    wave = 0.5 + 0.4 * np.sin(2 * np.pi * columns / 8)
    image = np.broadcast_to(wave[:, None], (*SIZE, 3)).astype(np.float32)
    half = np.broadcast_to([0.5, 0, 0], (3, 3))
    picture = Scene(Layer(image, None, (0, 0), half, (0, 0)), [], SIZE).middle()
    np.testing.assert_allclose(picture, image, atol=1e-5)  # the middle is where nothing moved
    [picture, *_] = Scene(Layer(image, None, (0, 0), half, (0, 0)), [], SIZE).positions(3)
    shifted = 0.5 + 0.4 * np.sin(2 * np.pi * (columns - 0.5) / 8)
    np.testing.assert_allclose(picture[20, 4:-4, 0], shifted[4:-4], atol=0.4 * 0.03)


def test_long_motion_leaves_a_streak_without_gaps():
    spot = np.zeros((SIZE[0], 3 * SIZE[1], 3), np.float32)
    spot[20, 1 * SIZE[1] + 24] = 1
    layer = Layer(spot, None, (-SIZE[1], 0), straight(36), (0, 0))
    streak = mean_light(Scene(layer, [], SIZE))[20, 10:39, 0]
    assert streak.min() > 0.9 * streak.max() > 0


def test_objects_are_drawn_to_their_very_edge():
    """Of an object without an empty border, half a pixel off, no light is lost."""
    black = Layer(np.zeros((*SIZE, 3), np.float32), None, (0, 0), np.zeros((3, 3)), (0, 0))
    full = np.ones((9, 9), np.float32)
    half = np.broadcast_to([0.5, 0.5, 0], (3, 3))
    piece = Layer(np.repeat(full[..., None], 3, axis=-1), full, (20, 12), half, (0, 0))
    [picture, *_] = Scene(black, [piece], SIZE).positions(3)
    assert picture[..., 0].sum() == pytest.approx(81, rel=1e-3)


def test_what_is_near_moves_farther_than_what_is_far():
    """Of three lines, those at the left, in the middle and at the right move 4, 8 and 16 pixels."""
    lines = np.zeros((SIZE[0], SIZE[1], 3), np.float32)
    lines[:, [8, 24, 40]] = 1
    nearness = np.repeat(np.float32([[0.5] * 16 + [1] * 16 + [2] * 16]), SIZE[0], axis=0)
    layer = Layer(lines, None, (0, 0), straight(8), (0, 0), nearness)
    first, middle, last = Scene(layer, [], SIZE).positions(3)
    for picture, moved in ((first, (-2, -4, -8)), (middle, (0, 0, 0)), (last, (2, 4, 8))):
        for left, line, shift in zip((0, 16, 32), (8, 24, 40), moved, strict=True):
            within = picture[20, left : left + 16, 0]
            if 0 <= line + shift - left < 16:
                assert left + within.argmax() == line + shift
    # Turning and stillness are the same at any distance.
    even = Layer(lines, None, (0, 0), straight(8), (0, 0), np.ones(SIZE, np.float32))
    plain = Layer(lines, None, (0, 0), straight(8), (0, 0))
    np.testing.assert_allclose(
        mean_light(Scene(even, [], SIZE)), mean_light(Scene(plain, [], SIZE)), atol=1e-4
    )


def test_steps_of_what_is_near_stay_within_a_pixel():
    still = np.zeros((*SIZE, 3), np.float32)
    near = np.full(SIZE, 3, np.float32)
    num = Scene(Layer(still, None, (0, 0), straight(20), (0, 0), near), [], SIZE).num_positions(1)
    assert num >= 61
    far = np.full(SIZE, 0.5, np.float32)
    num = Scene(Layer(still, None, (0, 0), straight(20), (0, 0), far), [], SIZE).num_positions(1)
    # The objects before it move as without a depth.
    assert 21 <= num < 30
