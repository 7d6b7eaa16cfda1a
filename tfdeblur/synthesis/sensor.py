"""What a real sensor does to light: it saturates, counts photons and has noise of its own."""

import cv2
import numpy as np


def raise_highlights(light, gain, start=0.8):
    """Gives back to the brightest places the light that the photograph has clipped.

    A lamp stored as white was brighter than white. Its streak in a blurred image
    stays white where a streak of mere white would fade, which is what saturation
    looks like.

    Args:
      light: (height, width, 3) linear light in [0, 1].
      gain: what full white is multiplied by, >= 1; 1 changes nothing.
      start: mean of the channels from which on light is raised, smoothly.

    Returns:
      As `light`, in [0, gain].
    """
    t = np.clip((light.mean(axis=-1, keepdims=True) - start) / (1 - start), 0, 1)
    return light * (1 + (gain - 1) * t * t * (3 - 2 * t))


def add_noise(rng, light, shot, read):
    """Adds the noise of photons and of the electronics.

    Its variance is `shot * light + read ** 2`: photons arrive at random, so their
    noise grows with the light (the normal approximation of the Poisson law), while the
    noise of reading the sensor does not.

    Source: Foi et al.: Practical Poissonian-Gaussian noise modeling and fitting for
    single-image raw-data. IEEE TIP 2008.

    Args:
      rng: `numpy.random.Generator`.
      light: linear light, 1 is where the sensor saturates.
      shot: light of one photon, i.e. 1 / photons at saturation.
      read: standard deviation of the read noise, in the unit of `light`.

    Returns:
      float32 of the same shape; not clipped.
    """
    sigma = np.sqrt(shot * np.maximum(light, 0) + read**2)
    return (light + sigma * rng.standard_normal(light.shape)).astype(np.float32)


def store(light, response):
    """What a camera stores of `light`: clipped, (height, width, 3) uint8."""
    stored = response.apply(np.clip(light, 0, 1))
    return np.floor(stored * 255 + 0.5).astype(np.uint8)


def sharpened(image, amount, radius=1.0):
    """`image`, (height, width, 3) uint8, after the unsharp mask that cameras apply.

    Args:
      amount: how much of the difference from the smoothed image is added; 0 changes nothing.
      radius: standard deviation of the Gaussian that smooths, in pixels.
    """
    if amount == 0:
        return image
    smooth = cv2.GaussianBlur(image, (0, 0), radius)
    return cv2.addWeighted(image, 1 + amount, smooth, -amount, 0)


def through_jpeg(image, quality):
    """`image`, (height, width, 3) uint8 RGB, after one round of JPEG at `quality` 1 to 100."""
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[..., ::-1])
