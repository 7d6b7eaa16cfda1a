"""Frames of a video file or of a folder of images, one after the other."""

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.images.reader import read_image
from tfdeblur.images.writer import IMAGE_SUFFIXES
from tfdeblur.synthesis.guidelines import SMALLEST_SIDE
from tfdeblur.video.reader import Video, open_video


@dataclasses.dataclass(frozen=True)
class FrameFolder:
    """A folder of images, in the order of their names."""

    path: Path
    files: tuple[Path, ...]

    @property
    def num_frames(self) -> int:
        return len(self.files)

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yields (height, width, channels) uint8 or uint16.

        Raises:
          InputError: naming the file that is damaged or unlike the first.
        """
        first = None
        for file in self.files:
            frame = read_image(file).pixels
            if first is None:
                _check_size(file, frame)
                first = frame
            if frame.shape != first.shape or frame.dtype != first.dtype:
                raise InputError(
                    f"{file}: a {_described(frame)} frame; expected {_described(first)} as "
                    f"{self.files[0].name}. Frames of one folder must be alike."
                )
            yield frame


@dataclasses.dataclass(frozen=True)
class VideoFrames:
    """The frames of a video file as a player shows them, upright."""

    video: Video

    @property
    def path(self) -> Path:
        return self.video.path

    @property
    def num_frames(self) -> int:
        return self.video.num_frames

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yields (height, width, 3) RGB, uint8, or uint16 for more than 8 bits.

        Raises:
          InputError: naming the frame that cannot be decoded or is unlike the others.
        """
        for frame in self.video.frames():
            yield np.ascontiguousarray(_upright(frame.pixels, self.video.display_matrix))


def open_frames(path: str | os.PathLike, min_frames_per_second: float) -> FrameFolder | VideoFrames:
    """Opens `path`, a video file or a folder of images.

    A folder has no frame rate, so it is never refused for it.

    Raises:
      InputError: when `path` is neither, holds nothing, is truncated, or its rate is too low.
    """
    path = Path(path)
    if path.is_dir():
        files = sorted(
            file
            for file in path.iterdir()
            if file.suffix.lower() in IMAGE_SUFFIXES and not file.name.startswith(".")
        )
        if not files:
            raise InputError(
                f"{path}: the folder holds no images; expected the frames of one video, in the "
                "order of their names."
            )
        return FrameFolder(path, tuple(files))
    if not path.exists():
        raise InputError(f"{path}: no such file or folder.")
    video = open_video(path)
    rate = float(video.frames_per_second)
    if rate < min_frames_per_second:
        raise InputError(
            f"{path}: {rate:.4g} frames a second; expected at least {min_frames_per_second:g}, "
            "because slower video shows ghosts instead of blur. For slow motion that is stored "
            f"at playback speed set min_fps to {int(rate)}."
        )
    _check_size(path, np.empty((video.height, video.width, 0)))
    return VideoFrames(video)


def _upright(pixels, display_matrix):
    """Turns and mirrors (height, width, 3) as a player would.

    Of the matrix, nine numbers (a, b, u, c, d, v, ...), a pixel goes right to
    a * x + c * y and down to b * x + d * y. Turns by other than quarters are left alone.
    """
    if display_matrix is None:
        return pixels
    (a, b), (c, d) = display_matrix[:2], display_matrix[3:5]
    if a == d == 0:
        pixels, a, d = pixels.swapaxes(0, 1), c, b
    elif not b == c == 0:
        return pixels
    return pixels[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]


def _check_size(path, frame):
    if min(frame.shape[:2]) < SMALLEST_SIDE:
        raise InputError(
            f"{path}: {frame.shape[1]}x{frame.shape[0]} pixels; expected at least "
            f"{SMALLEST_SIDE} a side, because less cannot be measured."
        )


def _described(frame):
    height, width, channels = frame.shape
    return f"{width}x{height} {'RGB' if channels == 3 else 'gray'} {frame.dtype}"
