"""Videos in, videos out: what changes is what the network changes, and nothing else."""

import signal
import subprocess
import sys
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from tests.training import processes
from tests.video.clips import at_rate, psnr_db, read_clip, write_clip
from tfdeblur.errors import InputError
from tfdeblur.video.pipeline import deblur_video
from tfdeblur.video.workspace import workspace_path

VARIABLE = [0, 1_000, 9_000, 9_300, 20_000, 31_000, 31_001, 45_000]
LATE = [time + 45_000 for time in VARIABLE]


def identity(pixels):
    return pixels.copy()


def brighter(pixels):
    return np.minimum(pixels, 235) + 20


def restored(clip, target, network=identity, **options):
    deblur_video(network, clip, target, **options)
    assert [path.name for path in target.parent.glob(".*")] == []
    return read_clip(clip), read_clip(target)


def check_times(source, result):
    assert result.times == source.times
    assert float(result.end) == pytest.approx(float(source.end), abs=1e-3)
    assert float(result.rate) == pytest.approx(float(source.rate), rel=1e-3)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("b_frames.mp4", {"options": {"bf": "3"}}),
        ("variable.mp4", {"timestamps": VARIABLE, "options": {"bf": "0"}}),
        ("late.mov", {"timestamps": LATE, "options": {"bf": "0"}, "rotation": 90}),
        ("turned.mkv", {"rotation": -90, "pixel_aspect": Fraction(4, 3)}),
        ("upside_down.m4v", {"rotation": 180}),
        ("two_tracks.mp4", {"num_audio": 2}),
        ("silent.mp4", {"num_audio": 0}),
        ("one.mp4", {"timestamps": at_rate(1)}),
        ("stereo_pcm.mov", {"audio": "pcm_s16le"}),
    ],
)
def test_an_identity_network_changes_nothing(tmp_path, name, options):
    clip = write_clip(tmp_path / name, **{"num": 8, **options})
    # Segments of three: the times must go on over their borders.
    source, result = restored(clip, tmp_path / "out" / name, frames_per_segment=3)
    assert (result.codec, result.pixel_format) == ("h264", "yuv420p")
    assert len(result.frames) == len(source.frames)
    check_times(source, result)
    assert (result.rotation, result.pixel_aspect) == (source.rotation, source.pixel_aspect)
    assert result.rotation == options.get("rotation", 0) or abs(result.rotation) == 180
    assert result.audio == source.audio
    assert len(result.audio) == options.get("num_audio", 1)
    assert psnr_db(result.frames, source.frames) > 37


def test_varying_rate_and_reordered_frames(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", timestamps=VARIABLE, options={"bf": "3"})
    source, result = restored(clip, tmp_path / "out.mp4", frames_per_segment=5)
    # FFmpeg sums up the durations of such a file in the order of its data, so that they
    # say little; the times of frames are what counts.
    assert result.times == source.times == [Fraction(time, 90_000) for time in VARIABLE]
    assert result.audio == source.audio


@pytest.mark.parametrize(
    ("matrix", "tags"),
    [
        (1, {"colorspace": 1, "color_range": 1, "color_primaries": 1, "color_trc": 1}),
        (5, {"colorspace": 5, "color_range": 2, "color_primaries": 5, "color_trc": 6}),
        (5, {"colorspace": 6, "color_range": 1, "color_primaries": 6, "color_trc": 6}),
        (9, {"colorspace": 9, "color_range": 1, "color_primaries": 9, "color_trc": 14}),
        (5, {}),
    ],
)
def test_colours_and_their_tags_stay(tmp_path, matrix, tags):
    clip = write_clip(tmp_path / "a.mp4", matrix=matrix, tags=tags)
    source, result = restored(clip, tmp_path / "out.mp4")
    assert result.tags == source.tags
    assert set(tags.values()) <= set(source.tags)
    # As stored, so that two conversions cannot hide an error of one.
    stored = [read_clip(path, "yuv420p").frames for path in (clip, tmp_path / "out.mp4")]
    assert psnr_db(*stored) > 43


def test_the_network_gets_what_a_player_shows_and_its_result_is_seen(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", num=5, options={"bf": "2"})
    given = []

    def network(pixels):
        given.append(pixels)
        return brighter(pixels)

    source, result = restored(clip, tmp_path / "out.mp4", network)
    assert psnr_db(given, source.frames) > 38
    capture = cv2.VideoCapture(str(tmp_path / "out.mp4"))
    for number in range(5):
        shown = capture.read()[1][..., ::-1]
        # OpenCV's own conversion: a grey level or two off, not twenty.
        difference = shown.astype(int) - brighter(source.frames[number])
        assert abs(difference.mean()) < 2
    assert not capture.read()[0]
    assert len(result.frames) == 5


def test_ten_bits_stay_ten(tmp_path):
    clip = write_clip(
        tmp_path / "a.mp4",
        codec="libx265",
        pixel_format="yuv420p10le",
        dtype=np.uint16,
        options={"x265-params": "log-level=none"},
    )
    kinds = set()

    def network(pixels):
        kinds.add(pixels.dtype)
        return pixels

    source, result = restored(clip, tmp_path / "out.mp4", network, frames_per_segment=4)
    assert kinds == {np.dtype(np.uint16)}
    assert (result.codec, result.pixel_format) == ("hevc", "yuv420p10le")
    check_times(source, result)
    stored = [read_clip(path, "yuv420p10le").frames for path in (clip, tmp_path / "out.mp4")]
    assert psnr_db(*stored, peak=1023) > 42
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.webm", {"codec": "libvpx-vp9", "audio": "libopus"}),
        ("a.avi", {"codec": "mjpeg", "pixel_format": "yuvj444p", "audio": "pcm_s16le"}),
    ],
)
def test_odd_sizes_and_other_containers(tmp_path, name, options):
    clip = write_clip(tmp_path / name, size=(47, 63), **options)
    sizes = set()

    def network(pixels):
        sizes.add(pixels.shape)
        return pixels

    source, result = restored(clip, tmp_path / "out.mkv", network)
    assert sizes == {(47, 63, 3)}
    assert result.frames[0].shape == (48, 64, 3)
    assert psnr_db([frame[:47, :63] for frame in result.frames], source.frames) > 30
    times = np.array(result.times, float), np.array(source.times, float)
    np.testing.assert_allclose(*times, atol=0.0006)  # Matroska counts milliseconds
    assert [data for data, _ in result.audio[0]] == [data for data, _ in source.audio[0]]


def test_labels_and_chapters_stay(tmp_path):
    clip = write_clip(tmp_path / "plain.mp4", metadata={"title": "Holiday"})
    chapter = {"id": 0, "start": 0, "end": 100, "time_base": Fraction(1, 1000)}
    with av.open(str(clip)) as source, av.open(str(tmp_path / "a.mp4"), "w") as labelled:
        labelled.metadata.update(source.metadata)
        labelled.set_chapters([{**chapter, "metadata": {"title": "The beach"}}])
        copies = [labelled.add_stream_from_template(each, opaque=True) for each in source.streams]
        copies[1].metadata["language"] = "deu"
        copies[0].metadata["timecode"] = "01:00:00:00"
        copies[0].codec_context.framerate = source.streams.video[0].average_rate
        for packet in source.demux():
            if packet.size:
                packet.stream = copies[packet.stream_index]
                labelled.mux(packet)
    deblur_video(identity, tmp_path / "a.mp4", tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as result:
        assert result.metadata["title"] == "Holiday"
        assert [each["metadata"]["title"] for each in result.chapters()] == ["The beach"]
        assert result.streams.audio[0].metadata["language"] == "deu"
        assert result.streams.video[0].metadata["timecode"] == "01:00:00:00"


def test_labels_in_old_encodings_stay_byte_for_byte(tmp_path):
    clip = write_clip(tmp_path / "a.mkv", metadata={"title": "Caf?!"})
    label = "Café!".encode("latin-1")
    clip.write_bytes(clip.read_bytes().replace(b"Caf?!", label))
    deblur_video(identity, clip, tmp_path / "out.mkv")
    assert label in (tmp_path / "out.mkv").read_bytes()


def test_quality_is_asked_for(tmp_path):
    clip = write_clip(tmp_path / "a.mp4")
    for crf in (4, 40):
        deblur_video(identity, clip, tmp_path / f"{crf}.mp4", crf=crf)
    assert (tmp_path / "4.mp4").stat().st_size > 1.5 * (tmp_path / "40.mp4").stat().st_size


def test_refused_before_anything_is_read(tmp_path):
    clip = write_clip(tmp_path / "a.mp4")
    (tmp_path / "there.mp4").write_text("old")
    for target, options, match in (
        ("out.avi", {}, r"cannot write videos with the suffix '.avi'; expected .mp4"),
        ("there.mp4", {}, "exists already"),
        ("out.mp4", {"crf": 52}, "crf 52; expected 0"),
    ):
        with pytest.raises(InputError, match=match):
            deblur_video(pytest.fail, clip, tmp_path / target, **options)
    assert (tmp_path / "there.mp4").read_text() == "old"
    deblur_video(identity, clip, tmp_path / "there.mp4", overwrite=True)
    assert len(read_clip(tmp_path / "there.mp4").frames) == 6


class Failing:
    """Restores `num` frames; then it fails."""

    def __init__(self, num, error):
        self.num_left, self.error, self.num_done = num, error, 0

    def __call__(self, pixels):
        if self.num_left == 0:
            raise self.error
        self.num_left -= 1
        self.num_done += 1
        return brighter(pixels)


@pytest.mark.parametrize("error", [InputError("too large"), KeyboardInterrupt()])
def test_a_failure_keeps_complete_segments_and_a_rerun_goes_on_there(tmp_path, error):
    clip, target = write_clip(tmp_path / "a.mp4", num=10), tmp_path / "out.mp4"
    options = {"network": "n", "frames_per_segment": 3}
    with pytest.raises(type(error)):
        deblur_video(Failing(8, error), clip, target, **options)
    assert not target.exists()
    second = Failing(10, None)
    # What the encoder had not got to is done again: at least one segment was complete.
    deblur_video(second, clip, target, **options)
    assert second.num_done <= 10 - 3
    deblur_video(brighter, clip, tmp_path / "undisturbed.mp4", **options)
    resumed, undisturbed = read_clip(target), read_clip(tmp_path / "undisturbed.mp4")
    # Rarely x264 codes equal frames in other bits, on a busy machine.
    difference = np.asarray(resumed.frames, int) - np.asarray(undisturbed.frames, int)
    assert np.abs(difference).mean() < 0.5
    assert (resumed.times, resumed.audio) == (undisturbed.times, undisturbed.audio)


@pytest.mark.parametrize("changed", ["source", "network", "crf"])
def test_other_work_starts_afresh(tmp_path, changed):
    clip, target = write_clip(tmp_path / "a.mp4", num=7), tmp_path / "out.mp4"
    options = {"network": "n", "frames_per_segment": 2, "crf": 10}
    with pytest.raises(InputError):
        deblur_video(Failing(6, InputError("")), clip, target, **options)
    if changed == "source":
        write_clip(clip, num=7, options={"crf": "30"})
    else:
        options[changed] = {"network": "m", "crf": 11}[changed]
    second = Failing(7, None)
    deblur_video(second, clip, target, **options)
    assert second.num_done == 7


def test_a_video_that_breaks_leaves_nothing(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", num=12, num_audio=0, options={"g": "1"})
    with av.open(str(clip)) as container:
        positions = [packet.pos for packet in container.demux() if packet.size]
    data = bytearray(clip.read_bytes())
    data[positions[9] : positions[10]] = bytes(positions[10] - positions[9])
    clip.write_bytes(data)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match=r"a\.mp4.*frame \d+ cannot be"):
        deblur_video(identity, clip, tmp_path / "out.mp4", frames_per_segment=2)
    assert sorted(tmp_path.iterdir()) == before


def test_an_encoder_that_fails_ends_the_run(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", num=12)
    with pytest.raises(ValueError, match=r"shape|array|dtype|size"):
        deblur_video(lambda pixels: pixels[..., :2], clip, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


SLOW_RUN = """
import sys, time
import numpy as np
from tests.video.test_pipeline import brighter
from tfdeblur.video.pipeline import deblur_video

def network(pixels):
    print("frame", flush=True)
    time.sleep(0.05)
    return brighter(pixels)

deblur_video(network, sys.argv[1], sys.argv[2], network="n", frames_per_segment=3)
"""


def test_after_kill_9_the_result_is_that_of_an_undisturbed_run(tmp_path):
    clip, target = write_clip(tmp_path / "a.mp4", num=20, timestamps=None), tmp_path / "out.mp4"
    process = processes.start(["-c", SLOW_RUN, str(clip), str(target)])
    try:
        num_frames = 0
        while num_frames < 12:
            line = process.stdout.readline()
            assert line, "the run ended by itself"
            num_frames += line == "frame\n"
        # Meanwhile nobody else gets in.
        with pytest.raises(InputError, match="another run"):
            deblur_video(brighter, clip, target, network="n", frames_per_segment=3)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    finally:
        process.kill()
        process.wait(timeout=60)
        process.stdout.close()
    assert not target.exists()
    assert list(workspace_path(target).glob("*.nut"))
    network = Failing(20, None)
    deblur_video(network, clip, target, network="n", frames_per_segment=3)
    assert 0 < network.num_done <= 20 - 3
    deblur_video(brighter, clip, tmp_path / "undisturbed.mp4", frames_per_segment=3)
    resumed, undisturbed = read_clip(target), read_clip(tmp_path / "undisturbed.mp4")
    # Rarely x264 codes equal frames in other bits, on a busy machine.
    difference = np.asarray(resumed.frames, int) - np.asarray(undisturbed.frames, int)
    assert np.abs(difference).mean() < 0.5
    assert (resumed.times, resumed.audio) == (undisturbed.times, undisturbed.audio)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.mp4",
        "out.mp4",
        "undisturbed.mp4",
    ]


MEMORY_RUN = """
import sys

from tfdeblur.benchmarks.memory import process_peak_bytes
from tfdeblur.video.pipeline import deblur_video

for source, target in ((sys.argv[1], sys.argv[2]), (sys.argv[3], sys.argv[4])):
    deblur_video(lambda pixels: pixels, source, target, frames_per_segment=16)
    print(process_peak_bytes())
"""


def test_memory_does_not_grow_with_the_length(tmp_path):
    size, options = (300, 400), {"preset": "ultrafast"}
    short = write_clip(tmp_path / "1.mp4", num=24, size=size, options=options)
    long = write_clip(tmp_path / "2.mp4", timestamps=at_rate(150), size=size, options=options)
    files = [short, tmp_path / "3.mp4", long, tmp_path / "4.mp4"]
    run = [sys.executable, "-c", MEMORY_RUN, *map(str, files)]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    after_short, after_long = map(int, printed.split())
    # 126 frames more would be 45 MB as pixels.
    assert after_long - after_short < 15_000_000
