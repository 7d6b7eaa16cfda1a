"""Video files: what must survive of them, whether they are whole, and their frames."""

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.video.colours import Colours, colours_of

# Headers count in different ways: packets, frames, or seconds rounded up.
_TOLERATED_MISSING = 0.02
_TOLERATED_SECONDS = 0.5
# Headers of these do not round, so that half of a short clip is missed, too; what may lack is
# the duration of the last packet.
_EXACT_FORMATS = ("avi", "matroska")
_TOLERATED_SECONDS_OF_EXACT = 0.1

# Only for files that neither state nor show their rate: those of one frame.
_USUAL_RATE = Fraction(25)


class DamagedVideoError(InputError):
    """The file is no video, or ends or breaks somewhere."""


@dataclasses.dataclass(frozen=True)
class Frame:
    """`pixels` (height, width, 3) uint8 or uint16 RGB, at `timestamp` in the video's time base."""

    pixels: np.ndarray
    timestamp: int


@dataclasses.dataclass(frozen=True)
class Video:
    """A video file that was read through once; see `open_video`.

    Attributes:
      height, width: pixels as stored, before rotation.
      time_base: seconds of a unit of timestamps.
      frames_per_second: on average, a Fraction.
      pixel_aspect: width of a pixel over its height, a Fraction, or None.
      display_matrix: nine integers, how a player turns and mirrors it, or None.
      start, end: timestamps of the first frame and of the end of the last.
      origin: seconds at which the clock of the file and all its streams starts, a Fraction:
        hours in a broadcast, negative where it wraps.
      num_frames: packets that hold frames; a codec with hidden frames has fewer frames.
    """

    path: Path
    height: int
    width: int
    time_base: Fraction
    frames_per_second: Fraction
    pixel_aspect: Fraction | None
    display_matrix: tuple[int, ...] | None
    colours: Colours
    start: int
    end: int
    origin: Fraction
    num_frames: int

    def frames(self, skip: int = 0) -> Iterator[Frame]:
        """Yields every `Frame` after the first `skip`, whose timestamps rise strictly.

        Raises:
          DamagedVideoError: naming the frame that cannot be decoded.
          InputError: when a frame has another size, or is interlaced.
        """
        timestamp = None
        step = max(1, round(1 / (self.frames_per_second * self.time_base)))
        for number, frame in enumerate(_decoded(self.path)):
            if (frame.height, frame.width) != (self.height, self.width):
                raise InputError(
                    f"{self.path}: frame {number} has {frame.width}x{frame.height} pixels; "
                    f"expected {self.width}x{self.height} as before. Cut the video there."
                )
            _refuse_interlaced(self.path, frame)
            # A few files have no timestamps, or the same one twice, which no container takes.
            following = self.start if timestamp is None else timestamp + step
            given = following if frame.pts is None else frame.pts
            timestamp = given if timestamp is None else max(given, timestamp + 1)
            # To seek would be faster, and wrong where the container's index is.
            if number >= skip:
                yield Frame(self.colours.to_rgb(frame), timestamp)


def open_video(path: str | os.PathLike) -> Video:
    """Reads the file through once, without decoding, and decodes its first frame.

    So damage is mostly found before hours of computing, and the time left is known.

    Raises:
      InputError: when the file does not exist, holds no frames, or has what
        cannot be kept: alpha, interlaced frames.
      DamagedVideoError: when it is no video or is truncated.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such video file.")
    with _opened(path) as container:
        stream = main_stream(path, container)
        time_base, pixel_aspect = stream.time_base, stream.sample_aspect_ratio
        rate = stream.average_rate or stream.guessed_rate or _USUAL_RATE
        num_frames, end, origin = _read_through(path, container, stream)
    frame = next(_decoded(path), None)
    if frame is None:
        raise InputError(f"{path}: the video holds no frames.")
    _refuse_interlaced(path, frame)
    try:
        colours = colours_of(frame)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    start = frame.pts or 0
    return Video(
        path=path,
        height=frame.height,
        width=frame.width,
        time_base=time_base,
        frames_per_second=rate,
        pixel_aspect=pixel_aspect or None,
        display_matrix=_display_matrix(frame),
        colours=colours,
        start=start,
        end=max(end, start + 1),
        origin=origin,
        num_frames=num_frames,
    )


def open_container(path: str | os.PathLike, mode: Literal["r", "w"] = "r") -> Any:
    """Opens the video file `path`, to be read ("r") or written ("w") by FFmpeg.

    Labels that are not UTF-8 are kept as their bytes: what PyAV does from release 19 on,
    the first for Python 3.12, and does in release 18 when told to.
    """
    is_old = int(av.__version__.split(".")[0]) < 19
    options: dict[str, Any] = {"metadata_errors": "surrogateescape"} if is_old else {}
    return av.open(str(path), mode, **options)


def main_stream(path: Path, container: Any) -> Any:
    """Finds the video stream of `container`, not a cover picture."""
    pictures = av.stream.Disposition.attached_pic
    streams = [each for each in container.streams.video if not each.disposition & pictures]
    if not streams or streams[0].codec_context is None:
        raise DamagedVideoError(f"{path}: holds no video that can be decoded.")
    return streams[0]


def _read_through(path, container, stream):
    """Counts the packets with frames; finds the end of the last, and the `Video.origin`."""
    num_packets, num_frames = 0, 0
    first_second, last_second = None, Fraction(0)
    last, end = None, 0
    with _errors_named(path, "packet", lambda: num_packets):
        for packet in container.demux():
            if not packet.size:  # the end of a stream
                continue
            if packet.stream is stream:
                num_packets += 1
                num_frames += not packet.is_discard
            if packet.pts is not None:
                packet_end = packet.pts + (packet.duration or 0)
                second, end_second = (at * packet.time_base for at in (packet.pts, packet_end))
                if first_second is None:
                    first_second, last_second = second, end_second
                first_second, last_second = min(first_second, second), max(last_second, end_second)
                if packet.stream is stream and (last is None or packet.pts >= last):
                    last, end = packet.pts, packet_end
    # FFmpeg knows of sound that is stored before the start and not heard; of some files with
    # pictures alone it does not say when they start.
    origin = first_second or Fraction(0)
    if container.start_time is not None:
        origin = Fraction(container.start_time, av.time_base)
    announced_seconds = (container.duration or 0) / av.time_base
    tolerated = 1 - _TOLERATED_MISSING
    # Others estimate the number, or count what they left out as well.
    if "mp4" in container.format.name and num_packets < tolerated * stream.frames - 1:
        raise DamagedVideoError(
            f"{path}: damaged or truncated video; it ends after frame {num_packets} of "
            f"{stream.frames}."
        )
    tolerated_seconds = _TOLERATED_SECONDS
    if container.format.name.startswith(_EXACT_FORMATS):
        tolerated_seconds = _TOLERATED_SECONDS_OF_EXACT
        # Of an AVI without its end, FFmpeg takes the durations from what is there.
        if stream.average_rate:
            announced_seconds = max(announced_seconds, float(stream.frames / stream.average_rate))
    # Some durations are counted from zero and some from the start; a start that is later
    # than zero would make the first kind seem to miss something.
    seconds = float(last_second - min(0, origin))
    if seconds < tolerated * announced_seconds - tolerated_seconds:
        raise DamagedVideoError(
            f"{path}: damaged or truncated video; it ends after frame {num_packets}, at "
            f"{seconds:.2f} of {announced_seconds:.2f} seconds."
        )
    # Where frames are reordered, packets have the durations of others; where their rate varies
    # as well, so has the stream.
    stream_end = (stream.start_time or 0) + (stream.duration or 0)
    return num_frames, stream_end if last is None or stream_end > last else end, origin


def _decoded(path):
    num_decoded = 0
    with (
        _opened(path) as container,
        _errors_named(path, "frame", lambda: num_decoded),
    ):
        stream = main_stream(path, container)
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            if frame.is_corrupt:
                raise DamagedVideoError(
                    f"{path}: damaged video; frame {num_decoded} cannot be decoded."
                )
            yield frame
            num_decoded += 1


@contextlib.contextmanager
def _opened(path):
    try:
        container = open_container(path)
    except av.FFmpegError as error:
        raise DamagedVideoError(
            f"{path}: not a video that can be decoded ({error.strerror}); expected a whole "
            "video file, such as MP4, MOV or MKV."
        ) from None
    with container:
        yield container


@contextlib.contextmanager
def _errors_named(path, unit, number):
    try:
        yield
    except av.FFmpegError as error:
        raise DamagedVideoError(
            f"{path}: damaged video; {unit} {number()} cannot be read ({error.strerror})."
        ) from None


def _refuse_interlaced(path, frame):
    if frame.interlaced_frame:
        raise InputError(
            f"{path}: the video is interlaced, two half pictures a frame; expected a progressive "
            "one. Deinterlace it first, e.g. with FFmpeg's filter bwdif."
        )


def _display_matrix(frame):
    side_data = frame.side_data.get("DISPLAYMATRIX")
    if side_data is None:
        return None
    return tuple(int(value) for value in np.frombuffer(bytes(side_data), np.int32))
