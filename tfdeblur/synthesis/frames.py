"""Frames of a video file or of a folder of images, one after the other."""

import dataclasses
import os
from pathlib import Path

import cv2
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.images.reader import read_image
from tfdeblur.images.writer import IMAGE_SUFFIXES
from tfdeblur.synthesis.guidelines import SMALLEST_SIDE

# FFmpeg, inside OpenCV, would write lines of its own about damaged files between ours.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

# Many containers do not count their frames; OpenCV then estimates from the duration.
_TOLERATED_MISSING = 0.02


@dataclasses.dataclass(frozen=True)
class FrameFolder:
    """A folder of images, in the order of their names."""

    path: Path
    files: tuple[Path, ...]

    @property
    def num_frames(self):
        return len(self.files)

    def __iter__(self):
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
class Video:
    """A video file that OpenCV can decode; see `open_frames`."""

    path: Path
    frames_per_second: float
    num_frames: int

    def __iter__(self):
        """Yields (height, width, 3) uint8 RGB.

        Raises:
          InputError: when the file ends before the number of frames that it announces.
        """
        capture = cv2.VideoCapture(str(self.path))
        num_read = 0
        try:
            while True:
                ok, frame = capture.read()
                if not ok:
                    break
                num_read += 1
                _check_size(self.path, frame)
                yield np.ascontiguousarray(frame[..., ::-1])  # BGR -> RGB
        finally:
            capture.release()
        if num_read < (1 - _TOLERATED_MISSING) * self.num_frames - 1:
            raise InputError(
                f"{self.path}: damaged or truncated video; it ends after {num_read} of "
                f"{self.num_frames} frames."
            )


def open_frames(path, min_frames_per_second):
    """The frames of `path`, a video file or a folder of images.

    A folder has no frame rate, so it is never refused for it.

    Raises:
      InputError: when `path` is neither, holds nothing, or its rate is too low.
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
    capture = cv2.VideoCapture(str(path))
    try:
        rate = capture.get(cv2.CAP_PROP_FPS)
        num_frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        readable = capture.isOpened() and capture.grab()
    finally:
        capture.release()
    if not readable:
        raise InputError(
            f"{path}: not a video that can be decoded; expected a video file (MP4, MOV, AVI, "
            "MKV) or a folder of frames."
        )
    if rate < min_frames_per_second:
        raise InputError(
            f"{path}: {rate:.4g} frames a second; expected at least {min_frames_per_second:g}, "
            "because slower video shows ghosts instead of blur. For slow motion that is stored "
            f"at playback speed set min_fps to {int(rate)}."
        )
    return Video(path, rate, max(0, num_frames))


def _check_size(path, frame):
    if min(frame.shape[:2]) < SMALLEST_SIDE:
        raise InputError(
            f"{path}: {frame.shape[1]}x{frame.shape[0]} pixels; expected at least "
            f"{SMALLEST_SIDE} a side, because less cannot be measured."
        )


def _described(frame):
    height, width, channels = frame.shape
    return f"{width}x{height} {'RGB' if channels == 3 else 'gray'} {frame.dtype}"
