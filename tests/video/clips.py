"""Small videos for tests, made and read with PyAV alone."""

import dataclasses
from fractions import Fraction

import av
import numpy as np
import skimage.data

RATE = 30
TIME_BASE = Fraction(1, 90_000)
_AUDIO_RATE = 48_000


def photograph(height, width, offset=0):
    """A window of a photograph, `offset` pixels further right; uint8 RGB."""
    return skimage.data.astronaut()[60 : 60 + height, 100 + offset : 100 + offset + width].copy()


def at_rate(num, rate=RATE):
    """Timestamps of `num` frames in TIME_BASE."""
    return [round(number / rate / TIME_BASE) for number in range(num)]


def write_clip(
    path,
    num=6,
    size=(48, 64),
    timestamps=None,
    codec="libx264",
    pixel_format="yuv420p",
    audio="aac",
    num_audio=1,
    rotation=None,
    pixel_aspect=None,
    tags=None,
    matrix=None,
    options=None,
    dtype=np.uint8,
    metadata=None,
    container_options=None,
):
    """Writes `num` moving windows of a photograph, and a tone on each audio track."""
    timestamps = at_rate(num) if timestamps is None else timestamps
    with av.open(str(path), "w", options=container_options or {}) as container:
        container.metadata.update(metadata or {})
        stream = container.add_stream(codec, rate=RATE, options={"crf": "4", **(options or {})})
        stream.height, stream.width = size
        stream.pix_fmt = pixel_format
        stream.time_base = stream.codec_context.time_base = TIME_BASE
        for name, value in (tags or {}).items():
            setattr(stream.codec_context, name, value)
        if rotation is not None:
            stream.set_display_rotation(rotation)
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        tones = [
            container.add_stream(audio, rate=_AUDIO_RATE, layout="mono") for _ in range(num_audio)
        ]
        for number, timestamp in enumerate(timestamps):
            pixels = photograph(*size, offset=2 * number)
            if dtype == np.uint16:
                pixels = pixels.astype(np.uint16) * 257
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24" if dtype == np.uint8 else "rgb48le")
            frame = frame.reformat(
                format=pixel_format,
                dst_colorspace=matrix,
                dst_color_range=(tags or {}).get("color_range"),
            )
            frame.pts, frame.time_base = timestamp, TIME_BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        for number, tone in enumerate(tones):
            _write_tone(container, tone, 440 * (number + 1), num / RATE)
    return path


def _write_tone(container, stream, hertz, seconds):
    times = np.arange(round(seconds * _AUDIO_RATE)) / _AUDIO_RATE
    wave = (8000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)[None]
    for start in range(0, wave.shape[1], 1024):
        frame = av.AudioFrame.from_ndarray(wave[:, start : start + 1024], "s16", "mono")
        frame.sample_rate, frame.pts = _AUDIO_RATE, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


@dataclasses.dataclass
class Decoded:
    """What a player sees of a file.

    `frames` are (height, width, 3) RGB as FFmpeg's tags say, before rotation; `times`
    and the `end` of the last frame are in seconds; `audio` has, for each track, the
    bytes and the time of its packets.
    """

    codec: str
    pixel_format: str
    frames: list
    times: list
    end: Fraction
    rotation: int
    pixel_aspect: Fraction | None
    rate: Fraction
    tags: tuple
    audio: list
    metadata: dict


def read_clip(path, array_format="rgb24", **colours):
    """`colours` go to PyAV's `to_ndarray`, for files whose tags do not say enough."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        frames, times = [], []
        for frame in container.decode(stream):
            frames.append(frame.to_ndarray(format=array_format, **colours))
            times.append(frame.pts * frame.time_base)
        tags = (context.color_range, context.colorspace)
        tags += (context.color_primaries, context.color_trc)
        return Decoded(
            codec=context.name,
            pixel_format=context.pix_fmt,
            frames=frames,
            times=times,
            end=times[-1] + frame.duration * frame.time_base,
            rotation=frame.rotation,
            pixel_aspect=stream.sample_aspect_ratio,
            rate=stream.average_rate,
            tags=tags,
            audio=_audio_packets(path),
            metadata=dict(container.metadata),
        )


def _audio_packets(path):
    with av.open(str(path)) as container:
        tracks = {stream.index: [] for stream in container.streams.audio}
        if not tracks:
            return []
        for packet in container.demux(container.streams.audio):
            if packet.size:
                tracks[packet.stream_index].append((bytes(packet), packet.pts * packet.time_base))
        return list(tracks.values())


def psnr_db(one, other, peak=255):
    """Of two images or lists of images."""
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    return 10 * np.log10(peak**2 / np.mean((one - other) ** 2))
