"""Stretches of a restored video, each encoded on its own and then complete.

They lie in NUT files, the container of FFmpeg that holds any time base exactly.
"""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np

from tfdeblur.system.atomic_write import atomic_write
from tfdeblur.video import DEFAULT_CRF
from tfdeblur.video.colours import even_size
from tfdeblur.video.reader import Video

# No B-frames: every picture is shown in the order it is stored, so that segments can be joined
# by copying, whatever their timestamps.
_NO_REORDERING = {"bf": "0"}

# Given equal frames, x264 on a busy machine sometimes gave other bits: with four threads in one
# of a few hundred runs, with one in none of 8,400 by itself and in 2 of 1,200 within the pipeline.
_NUM_THREADS = 1


@dataclasses.dataclass(frozen=True)
class Encoding:
    """How frames are encoded: H.264 for 8 bits, HEVC for 10.

    Attributes:
      video: the `Video` whose size, times and colours are kept.
      crf: constant rate factor; see `DEFAULT_CRF`.
    """

    video: Video
    crf: float = DEFAULT_CRF

    @property
    def codec(self) -> str:
        return "libx264" if self.video.colours.bit_depth == 8 else "libx265"

    def as_json(self) -> dict:
        """Tells what a segment depends on besides its frames."""
        return {"codec": self.codec, "crf": self.crf, "av": av.__version__}

    def encode(self, frames: Iterable[tuple[np.ndarray, int]], path: Path) -> None:
        """Writes `frames`, pairs of (pixels, timestamp), to the file `path`."""
        with av.open(str(path), "w", format="nut") as container:
            stream = self._add_stream(container)
            for pixels, timestamp in frames:
                picture = self.video.colours.from_rgb(pixels)
                # NUT has no negative timestamps.
                picture.pts = timestamp - self.video.start
                picture.time_base = self.video.time_base
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))

    def _add_stream(self, container):
        video = self.video
        options = {"crf": str(self.crf), **_NO_REORDERING}
        if self.codec == "libx265":
            options["x265-params"] = "log-level=none:bframes=0:frame-threads=1:pools=none"
        stream = container.add_stream(self.codec, rate=video.frames_per_second, options=options)
        stream.height, stream.width = even_size(video.height, video.width)
        stream.pix_fmt = video.colours.pixel_format
        stream.time_base = video.time_base
        stream.codec_context.time_base = video.time_base
        stream.codec_context.thread_count = _NUM_THREADS
        if video.pixel_aspect:
            stream.codec_context.sample_aspect_ratio = video.pixel_aspect
        for name, value in video.colours.tags.items():
            setattr(stream.codec_context, name, value)
        return stream


def write_segments(
    frames: Iterable[tuple[np.ndarray, int]], folder: Path, encoding: Encoding, num_frames: int
) -> None:
    """Writes `frames` to `folder` in segments of `num_frames`, after those that are there.

    A segment appears whole or not at all, also when the process is killed.
    """
    frames = iter(frames)
    for number in itertools.count(len(segment_files(folder))):
        first = next(frames, None)
        if first is None:
            return
        stretch = itertools.chain([first], itertools.islice(frames, num_frames - 1))
        with atomic_write(folder / f"{number:08d}.nut") as unfinished:
            encoding.encode(stretch, unfinished)


def segment_files(folder: Path) -> list[Path]:
    """Lists the complete segments in `folder`, in order."""
    return sorted(folder.glob("[0-9]*.nut"))


def packets(files: Iterable[Path]) -> Iterator[av.Packet]:
    """Yields the encoded frames of segment files as packets of rising timestamps."""
    for file in files:
        with av.open(str(file), format="nut") as container:
            yield from (packet for packet in container.demux() if packet.size)


def num_frames_in(files: Iterable[Path]) -> int:
    return sum(1 for _ in packets(files))
