"""Trajectories: where the camera, or an object, is at every instant of an exposure.

A hand keeps its direction for a while, so a trajectory is a random walk whose
velocity has inertia. It is drawn at the 7 to 13 sub-frames that a 240 fps camera
would have taken, and a smooth curve through them gives the positions in between.

References:
  Boracchi and Foi: Modeling the performance of image restoration from motion blur.
    IEEE TIP 2012, Sec. III (random walk with inertia and impulses).
  [Nah17], Sec. 2 (7 to 13 frames).
"""

import numpy as np


def random_trajectory(rng, num_sub_frames, extent, inertia=0.7):
    """A random walk with inertia, at rest in the origin at the middle sub-frame.

    Args:
      rng: `numpy.random.Generator`.
      num_sub_frames: odd, at least 3.
      extent: greatest distance between two of its points, in the caller's unit, >= 0.
      inertia: in [0, 1]: 0 is a walk without memory, 1 a straight line.

    Returns:
      (num_sub_frames, 2) float64; the middle row is (0, 0).
    """
    if num_sub_frames < 3 or num_sub_frames % 2 == 0:
        raise ValueError(
            f"Received num_sub_frames={num_sub_frames}; expected an odd number of at least 3."
        )
    if not 0 <= inertia <= 1 or extent < 0:
        raise ValueError(
            f"Received inertia={inertia}, extent={extent}; expected inertia in [0, 1] and an "
            "extent of at least 0."
        )
    velocity = rng.normal(size=2)
    velocities = []
    for impulse in rng.normal(size=(num_sub_frames - 1, 2)):
        velocities.append(velocity)
        # Keeps the expected speed, whatever the inertia.
        velocity = inertia * velocity + np.sqrt(1 - inertia**2) * impulse
    points = np.vstack([np.zeros((1, 2)), np.cumsum(velocities, axis=0)])
    points -= points[num_sub_frames // 2]
    return points * (extent / largest_distance(points))


def largest_distance(points):
    """Greatest distance between two of `points`, (n, 2)."""
    return float(np.linalg.norm(points[:, None] - points[None], axis=-1).max())


def interpolate(values, num_positions):
    """Positions on a smooth curve through `values`, at equal steps of time.

    A Catmull-Rom spline: it passes through the sub-frames and needs no more than
    their neighbours.

    Args:
      values: (n, k), one row per sub-frame, n >= 2.
      num_positions: how many positions to return, from the first row to the last.

    Returns:
      (num_positions, k) float64.
    """
    values = np.asarray(values, np.float64)
    num_segments = len(values) - 1
    time = np.linspace(0, num_segments, num_positions)
    segment = np.minimum(time.astype(int), num_segments - 1)
    t = (time - segment)[:, None]
    # One more point at either end, so that the first and last segment have neighbours.
    padded = np.vstack([2 * values[0] - values[1], values, 2 * values[-1] - values[-2]])
    p0, p1, p2, p3 = (padded[segment + offset] for offset in range(4))
    return 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
