"""A video file in, the restored video file out."""

import collections
import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np

from tfdeblur.errors import InputError
from tfdeblur.system.progress import progress_bar
from tfdeblur.video import DEFAULT_CRF, MAX_CRF, holds_results, result_name, segments
from tfdeblur.video.background import ahead, behind
from tfdeblur.video.joining import join
from tfdeblur.video.reader import DamagedVideoError, open_video
from tfdeblur.video.workspace import discard, finished_in, workspace

_log = logging.getLogger(__name__)

# Frames that may wait before the network and behind it: enough to hide a moment's delay, few
# enough to hold.
_DEPTH = 4


def deblur_video(
    deblurrer: Callable[[np.ndarray], np.ndarray],
    source: str | os.PathLike,
    target: str | os.PathLike,
    overwrite: bool = False,
    crf: float = DEFAULT_CRF,
    network: str | None = None,
    frames_per_segment: int = 48,
) -> None:
    """Restores the frames of a video file; all else of it is kept.

    Every frame's time, rotation, pixel aspect, colour space, audio, subtitles and
    metadata are those of the source; see the README for what is not. Memory does not
    depend on the length. Shows a progress bar with rate and time left on a terminal.

    An interrupted run leaves the hidden folder `.unfinished.NAME` beside the target,
    where the same call goes on after the last complete segment. The frames given to the
    encoder are those of an undisturbed run; rarely it codes equal frames in other bits.
    `target` appears whole or not at all.

    Args:
      deblurrer: a `tfdeblur.Deblurrer`, or a function from (height, width, 3) uint8
        or uint16 RGB to the same.
      source: path of the video.
      target: path of the result; .mp4, .m4v, .mov or .mkv.
      overwrite: replace a `target` that exists.
      crf: quality of the encoder, 0 (best) to 51; each 6 more halve the size about.
      network: text that tells `deblurrer` from others; a run is resumed only where it is
        the same. By default made of the model, its weights and settings; of a function,
        its name.
      frames_per_segment: an interrupted run does at most so many frames again.

    Raises:
      InputError: when the source cannot be restored or the target not be written.
    """
    source, target = Path(source), Path(target)
    if not holds_results(target):
        raise InputError(
            f"{target}: cannot write videos with the suffix {target.suffix!r}; expected "
            f"{result_name(source).suffix}."
        )
    if target.exists() and not overwrite:
        raise InputError(f"{target}: exists already; expected a new name, or overwrite=True.")
    if not 0 <= crf <= MAX_CRF:
        raise InputError(f"Received crf {crf}; expected 0 (best) to {MAX_CRF}.")
    video = open_video(source)
    if hasattr(deblurrer, "at_scale_of"):
        deblurrer = deblurrer.at_scale_of(next(iter(video.frames())).pixels)
    encoding = segments.Encoding(video, crf)
    file = source.stat()
    identity = {
        "source": [str(source.resolve()), file.st_size, file.st_mtime_ns],
        "network": deblurrer_identity(deblurrer) if network is None else network,
        "encoding": encoding.as_json(),
        "frames_per_segment": frames_per_segment,
    }
    with workspace(target, identity) as folder:
        try:
            _restore(deblurrer, video, folder, encoding, frames_per_segment)
            with finished_in(folder, target) as unfinished:
                left_out = join(segments.segment_files(folder), video, unfinished)
        except DamagedVideoError:
            discard(folder)  # to go on would fail at the same frame
            raise
        except av.FFmpegError as error:
            raise InputError(f"{target}: could not be written ({error.strerror}).") from error
    for what in left_out:
        _log.warning("%s: left out %s", target, what)


def deblurrer_identity(deblurrer: Any) -> Any:
    """Tells one network from another, so that a video is not finished by a different one.

    Returns:
      Weights, depth and settings of a `Deblurrer` as JSON can hold them; of a function,
      its name.
    """
    if not hasattr(deblurrer, "settings"):
        kind = deblurrer if hasattr(deblurrer, "__qualname__") else type(deblurrer)
        return f"{kind.__module__}.{kind.__qualname__}"
    return {
        "network": _digest(deblurrer),
        "depth": deblurrer.depth,
        "settings": {
            name: repr(value)
            for name, value in deblurrer.settings.items()
            if name != "batch_size"  # changes no picture
        },
    }


def _digest(deblurrer):
    if deblurrer.model is not None:
        # Imports Keras, which a video restored by a plain function does without.
        from tfdeblur.weights.files import weights_sha256

        return f"{weights_sha256(deblurrer.model)} {deblurrer.model.compute_dtype}"
    # From an exported file, which does not show its weights but what it does.
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    return hashlib.sha256(deblurrer(picture).tobytes()).hexdigest()


def _restore(deblurrer, video, folder, encoding, frames_per_segment):
    num_done = segments.num_frames_in(segments.segment_files(folder))
    progress = progress_bar(
        total=video.num_frames,
        initial=num_done,
        desc=video.path.name,
        unit="frame",
        leave=False,
    )

    def encode(frames):
        segments.write_segments(frames, folder, encoding, frames_per_segment)

    with (
        progress,
        behind(encode, _DEPTH) as put,
        ahead(video.frames(skip=num_done), _DEPTH) as frames,
    ):
        for restored, timestamp in _restored(deblurrer, frames):
            put((restored, timestamp))
            progress.update()


def _restored(deblurrer, frames):
    """Yields (pixels, timestamp); the network may take several frames at once."""
    timestamps: collections.deque = collections.deque()

    def images():
        for frame in frames:
            timestamps.append(frame.timestamp)
            yield frame.pixels

    if hasattr(deblurrer, "restore_all"):
        all_restored = deblurrer.restore_all(images())
    else:
        all_restored = map(deblurrer, images())
    for restored in all_restored:
        yield restored, timestamps.popleft()
