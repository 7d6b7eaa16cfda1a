"""The mean of consecutive frames in linear light, and the frame in the middle.

A frame is added when it comes and then forgotten: what is kept is one sum and one
frame, whatever the number of frames.

Source: [Nah17], Eq. (1) and (2).
"""

import numpy as np

LEVELS = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}


class FrameAverage:
    """The blurred image of `num_frames` consecutive sharp ones, added one by one.

    Args:
      num_frames: odd, at least 3, so that there is a frame in the middle.
      response: a camera response (`camera_response.GammaResponse` or
        `SampledResponse`).

    Example:
      average = FrameAverage(7, GammaResponse(2.2))
      for frame in frames:  # 7 of them
          average.add(frame)
      blur, sharp = average.blurred(), average.sharp
    """

    def __init__(self, num_frames, response):
        if num_frames < 3 or num_frames % 2 == 0:
            raise ValueError(
                f"Received num_frames={num_frames}; expected an odd number of at least 3, "
                "because the sharp image is the frame in the middle."
            )
        self.num_frames = num_frames
        self.response = response
        self.num_added = 0
        self.sharp = None
        self._sum: np.ndarray | None = None
        self._light_of = np.empty(0)

    @property
    def is_complete(self):
        return self.num_added == self.num_frames

    def add(self, frame):
        """Adds the next frame, (height, width, channels) uint8 or uint16.

        Raises:
          ValueError: when the average is complete, or the frame's dtype or shape is
            not that of the others.
        """
        if self.is_complete:
            raise ValueError(f"Received a frame more than num_frames={self.num_frames}.")
        if self._sum is None:
            levels = _levels(frame)
            # Inverting the response once for each value it can have, not for each pixel.
            self._light_of = np.asarray(self.response.invert(np.arange(levels + 1) / levels))
            self._sum = np.zeros(frame.shape, np.float64)
            self._dtype = frame.dtype
        if frame.shape != self._sum.shape or frame.dtype != self._dtype:
            raise ValueError(
                f"Received a frame of shape {frame.shape} and {frame.dtype}; expected "
                f"{self._sum.shape} and {self._dtype}, as the first frame."
            )
        self._sum += self._light_of[frame]
        if self.num_added == self.num_frames // 2:
            self.sharp = frame
        self.num_added += 1

    def blurred(self):
        """The blurred image: shape and dtype as the frames, rounded half up.

        Raises:
          ValueError: when frames are still missing.
        """
        if not self.is_complete:
            raise ValueError(
                f"Received {self.num_added} frames; expected {self.num_frames}. Add the rest."
            )
        # Rounding may carry the mean of white frames a little above 1.
        light = np.clip(self._sum / self.num_frames, 0, 1)
        levels = LEVELS[self._dtype]
        return np.floor(self.response.apply(light) * levels + 0.5).astype(self._dtype)


def _levels(frame):
    if frame.dtype not in LEVELS:
        raise ValueError(f"Received a frame of {frame.dtype}; expected uint8 or uint16.")
    return LEVELS[frame.dtype]
