"""Small videos and frame folders for tests."""

import cv2
import numpy as np
import pytest
import skimage.data
from PIL import Image


def moving_frames(num, step=1, size=(96, 128)):
    """`num` windows of a photograph, each `step` pixels further right."""
    photograph = skimage.data.astronaut()[100:]
    return [photograph[: size[0], i * step : i * step + size[1]].copy() for i in range(num)]


def write_folder(path, frames):
    path.mkdir(parents=True)
    for index, frame in enumerate(frames):
        Image.fromarray(frame).save(path / f"{index:04d}.png")
    return path


def write_video(path, frames, rate):
    """Skips the test where OpenCV cannot encode."""
    codec = {".avi": "MJPG", ".mp4": "mp4v"}[path.suffix]
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), rate, (width, height))
    if not writer.isOpened():
        pytest.skip(f"this OpenCV has no {codec} encoder")
    for frame in frames:
        writer.write(np.ascontiguousarray(frame[..., ::-1]))
    writer.release()
    return path
