"""Segments and all that the source held besides its picture -> one video file.

Nothing is encoded here: packets are copied, those of audio and subtitles byte for byte.
"""

import contextlib
import heapq
import io
import itertools

from tfdeblur.video import segments
from tfdeblur.video.library import open_container, pyav
from tfdeblur.video.reader import main_stream

# The tag of HEVC that Apple's players want in MP4 and MOV.
_HEVC_TAG = "hvc1"


def join(files, video, target):
    """Writes the segment `files` of the restored `video` to `target`.

    Returns:
      A list of what `target` cannot hold and was left out, in words.
    """
    av = pyav()
    left_out = []
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(open_container(video.path))
        first = stack.enter_context(av.open(str(files[0]), format="nut"))
        result = stack.enter_context(open_container(target, "w"))
        _describe(result, source)
        picture = _add_picture(result, first.streams.video[0], video)
        source_picture = main_stream(video.path, source)
        _copy_labels(source_picture, picture)
        others = {}
        for stream in source.streams:
            if stream.index == source_picture.index or _makes_itself(stream, source):
                continue
            if _can_hold(result, stream):
                others[stream.index] = _add_copy(result, stream)
            else:
                left_out.append(_in_words(stream))
        streams = (
            _timed_picture(files, video, picture),
            _copied(source, others),
        )
        # In the order of time, or the muxer would hold back what it cannot write yet.
        for _, packet in heapq.merge(*streams, key=lambda timed: timed[0]):
            result.mux(packet)
    return left_out


def _describe(result, source):
    result.metadata.update(source.metadata)
    with contextlib.suppress(ValueError, NotImplementedError):
        result.set_chapters(source.chapters())


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
    placed = itertools.chain(segments.packets(files), [None])
    for packet, following in itertools.pairwise(placed):
        timestamp = round(packet.pts * packet.time_base / video.time_base) + video.start
        if following is None:
            end = video.end
        else:
            end = round(following.pts * following.time_base / video.time_base) + video.start
        packet.stream = stream
        packet.time_base = video.time_base
        packet.pts = packet.dts = timestamp
        packet.duration = max(1, end - timestamp)
        yield timestamp * video.time_base, packet


def _copied(source, others):
    """Yields (seconds, packet) of the streams in `others`, a dict from index to result stream."""
    seconds = 0
    if not others:
        return
    for packet in source.demux([source.streams[index] for index in others]):
        if packet.dts is None:  # the end of a stream
            continue
        # What lies side by side in the source may be slightly out of order.
        seconds = max(seconds, packet.dts * packet.time_base)
        packet.stream = others[packet.stream_index]
        yield seconds, packet


def _add_copy(result, stream):
    copy = result.add_stream_from_template(stream)
    _copy_labels(stream, copy)
    return copy


def _copy_labels(stream, copy):
    copy.metadata.update(stream.metadata)
    copy.disposition = stream.disposition


def _can_hold(result, stream):
    """Whether a file like `result` takes `stream`, which only writing a header tells."""
    av = pyav()
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
