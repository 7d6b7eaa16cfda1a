"""Segments and all that the source held besides its picture -> one video file.

Nothing is encoded here: packets are copied, those of audio and subtitles byte for byte.
All are shifted alike, so that the result starts at zero wherever the source's clock does.
"""

import contextlib
import dataclasses
import heapq
import io
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av

from tfdeblur.video import segments
from tfdeblur.video.reader import Video, main_stream, open_container

# The tag of HEVC that Apple's players want in MP4 and MOV.
_HEVC_TAG = "hvc1"


def join(files: Sequence[Path], video: Video, target: Path) -> list[str]:
    """Writes the segment `files` of the restored `video` to `target`.

    Returns:
      What was left out and why, in words.
    """
    left_out = []
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(open_container(video.path))
        first = stack.enter_context(av.open(str(files[0]), format="nut"))
        result = stack.enter_context(open_container(target, "w"))
        _describe(result, source, video.origin)
        picture = _add_picture(result, first.streams.video[0], video)
        source_picture = main_stream(video.path, source)
        _copy_labels(source_picture, picture)
        others = [
            stream
            for stream in source.streams
            if stream.index != source_picture.index and not _makes_itself(stream, source)
        ]
        clocks = _clocks(video, others)
        copies = {}
        for stream in others:
            if not _can_hold(result, stream):
                left_out.append(f"{_in_words(stream)}, which its format cannot hold")
            elif clocks[stream.index].is_unknown:
                left_out.append(f"{_in_words(stream)}, whose packets do not say when they are")
            else:
                copies[stream.index] = _add_copy(result, stream)
        streams = (
            _timed_picture(files, video, picture),
            _copied(source, copies, clocks, video.origin),
        )
        # In the order of time, or the muxer would hold back what it cannot write yet.
        for _, packet in heapq.merge(*streams, key=lambda timed: timed[0]):
            result.mux(packet)
    return left_out


def _describe(result, source, origin):
    result.metadata.update(source.metadata)
    chapters = source.chapters()
    for chapter in chapters:
        shift = round(origin / chapter["time_base"])
        chapter.update({edge: max(0, chapter[edge] - shift) for edge in ("start", "end")})
    with contextlib.suppress(ValueError, NotImplementedError):
        result.set_chapters(chapters)


def _add_picture(result, segment_stream, video):
    stream = result.add_stream_from_template(segment_stream, opaque=True)
    stream.time_base = video.time_base
    stream.codec_context.framerate = video.frames_per_second
    if segment_stream.codec_context.name == "hevc" and "matroska" not in result.format.name:
        stream.codec_context.codec_tag = _HEVC_TAG
    if video.display_matrix:
        stream.set_display_matrix(video.display_matrix)
    return stream


def _timed_picture(files, video, stream):
    """Yields (seconds, packet); a frame lasts until the next, and the last until the end."""
    placed: Iterator[Any] = itertools.chain(segments.packets(files), [None])
    origin = round(video.origin / video.time_base)
    for packet, following in itertools.pairwise(placed):
        timestamp = round(packet.pts * packet.time_base / video.time_base) + video.start - origin
        if following is None:
            end = video.end - origin
        else:
            end = round(following.pts * following.time_base / video.time_base)
            end += video.start - origin
        packet.stream = stream
        packet.time_base = video.time_base
        packet.pts = packet.dts = timestamp
        packet.duration = max(1, end - timestamp)
        yield timestamp * video.time_base, packet


@dataclasses.dataclass
class _Clock:
    """The decoding times of a stream's packets, also of those that do not say theirs.

    Matroska stores when a picture is shown; FFmpeg derives from it when it is decoded, but
    for the first pictures of a stream that may reorder them.

    Attributes:
      first: the decoding times of the packets before the first that says its own.
      is_unknown: whether some packet's time cannot be told.
      last: the decoding time of the last packet that was given one.
    """

    first: list[int] = dataclasses.field(default_factory=list)
    is_unknown: bool = False
    last: Any = None

    def give(self, packet):
        """Completes the times of the next packet."""
        if packet.dts is None:
            packet.dts = self.first.pop(0) if self.first else self.last + 1
        if packet.pts is None:
            packet.pts = packet.dts
        self.last = packet.dts


def _clocks(video, streams):
    """Reads the file through for the `_Clock` of each of `streams`: a dict from index."""
    clocks = {stream.index: _Clock() for stream in streams}
    waiting: dict = {stream.index: [] for stream in streams}
    with open_container(video.path) as container:
        for packet in _packets(container, clocks):
            clock, before = clocks[packet.stream_index], waiting[packet.stream_index]
            is_reordered = packet.stream.type == "video"
            if packet.pts is None and (packet.dts is None or is_reordered):
                clock.is_unknown = True
            if packet.dts is not None:
                if clock.last is None and not clock.is_unknown:
                    clock.first = _times_before(packet.dts, before)
                clock.last = packet.dts
            elif clock.last is None:
                before.append((packet.pts, max(1, packet.duration or 1)))
    for stream in streams:
        clock = clocks[stream.index]
        if stream.disposition & av.stream.Disposition.attached_pic:  # one packet, at any time
            clock.first, clock.is_unknown = [round(video.origin / stream.time_base)], False
        elif clock.last is None and waiting[stream.index]:
            clock.is_unknown = True
    return clocks


def _times_before(dts, packets):
    """Decoding times of `packets`, (presentation time, duration), up to that of the next."""
    times = []
    for pts, duration in reversed(packets):
        dts = min(pts, dts - duration)
        times.append(dts)
    return times[::-1]


def _copied(source, copies, clocks, origin):
    """Yields (seconds, packet) of the streams in `copies`, a dict from index to result stream."""
    seconds = None
    for packet in _packets(source, copies):
        clocks[packet.stream_index].give(packet)
        shift = round(origin / packet.time_base)
        packet.dts -= shift
        packet.pts -= shift
        # What lies side by side in the source may be slightly out of order.
        now = packet.dts * packet.time_base
        seconds = now if seconds is None else max(seconds, now)
        packet.stream = copies[packet.stream_index]
        yield seconds, packet


def _packets(container, indices):
    """Yields the packets of the streams `indices`, without FFmpeg's marks of their ends."""
    if not indices:
        return
    for packet in container.demux([container.streams[index] for index in indices]):
        if packet.size or packet.pts is not None:
            yield packet


def _add_copy(result, stream):
    copy = result.add_stream_from_template(stream)
    _copy_labels(stream, copy)
    return copy


def _copy_labels(stream, copy):
    copy.metadata.update(stream.metadata)
    copy.disposition = stream.disposition


def _can_hold(result, stream):
    """Whether a file like `result` takes `stream`, which only writing a header tells."""
    try:
        with av.open(io.BytesIO(), "w", format=result.format.name) as trial:
            trial.add_stream_from_template(stream)
            trial.start_encoding()
    except (av.FFmpegError, ValueError, NotImplementedError):
        return False
    return True


def _makes_itself(stream, source):
    """Whether FFmpeg writes this data stream of MP4 and MOV again without being given it.

    It does for time codes, from the picture's label, and for the titles of chapters.
    """
    holds_titles = 0 < stream.frames == len(source.chapters())
    return stream.type == "data" and ("timecode" in stream.metadata or holds_titles)


def _in_words(stream):
    codec = stream.codec_context.name if stream.codec_context else "unknown"
    return f"stream {stream.index} ({stream.type}, {codec})"
