"""Image files of every kind, sound and hostile: the app, folders of pairs, the builders."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.hostile.images import LOSSY_TOLERANCE, image_files
from tests.hostile.sound import write_identity_network
from tests.reliability import image_readers
from tests.reliability.children import PeakMemory, in_child
from tests.training.runs import environment
from tfdeblur.images.reader import read_image

pytestmark = pytest.mark.reliability

# Seconds that reading one file may take before it counts as hanging.
_HANG_S = 5

_LOSSY = (".jpg", ".jpeg", ".jfif", ".webp")


@pytest.fixture(scope="module")
def files(amount):
    return image_files(amount(4500), seed=9)


@pytest.fixture(scope="module")
def photos(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for file in files:
        (folder / file.name).write_bytes(file.data)
    return folder


class Judged:
    """Counts what was read and refused, and notes what should have been otherwise."""

    def __init__(self):
        self.num_read = self.num_refused = self.num_sound = 0
        self.problems = []

    def refused(self, file, is_excused=False):
        self.num_refused += 1
        if file.verdict == "valid" and not is_excused:
            self.problems.append(f"{file.name}: refused, though sound")

    def read(self, file, pixels, expected, is_rough, is_excused=False):
        self.num_read += 1
        if file.verdict == "refused" and not is_excused:
            self.problems.append(f"{file.name}: let in")
        if file.verdict == "valid":
            self.num_sound += 1
            tolerance = LOSSY_TOLERANCE if is_rough else 0
            if (pixels.shape, pixels.dtype) != (expected.shape, expected.dtype):
                self.problems.append(f"{file.name}: {pixels.dtype} {pixels.shape}")
            elif (error := np.abs(pixels.astype(float) - expected).mean()) > tolerance:
                self.problems.append(f"{file.name}: differs by {error:.3f} on average")

    def check_and_record(self, record, name, longest_s, **more):
        assert self.problems == []
        assert longest_s < _HANG_S
        assert self.num_sound > 15
        assert self.num_refused > 20
        record(
            *("images", name),
            files=self.num_read + self.num_refused,
            read=self.num_read,
            refused=self.num_refused,
            of_the_sound_ones_right=f"{self.num_sound} of {self.num_sound}",
            longest=f"{longest_s:.2f} s",
            **more,
        )


def test_the_app_restores_the_sound_and_reports_the_others(files, photos, tmp_path, record):
    output, errors = tmp_path / "restored", tmp_path / "errors.txt"
    network = write_identity_network(tmp_path)
    command = [sys.executable, "-m", "tfdeblur", "deblur", *network, f"--output={output}", photos]
    start = time.monotonic()
    with errors.open("wb") as sink:
        process = subprocess.Popen(command, stderr=sink, env=environment())
        with PeakMemory(process.pid) as memory:
            longest = longest_pause(process, output, errors)
    seconds = time.monotonic() - start
    lines = errors.read_text(errors="replace").splitlines()
    prefix = f"not done: {photos}/"
    reported = {line.removeprefix(prefix).split(":")[0] for line in lines}
    assert [line for line in lines if not line.startswith(prefix)] == []
    assert [file.name for file in files if (photos / file.name).read_bytes() != file.data] == []
    written = {path.name for path in output.rglob("*")}
    assert (written & reported, written | reported) == (set(), {file.name for file in files})
    assert process.returncode == 2
    judged = Judged()
    for file in files:
        if file.name in reported:
            judged.refused(file)
        else:
            path = output / file.name
            is_rough = file.lossy or path.suffix.lower() in _LOSSY
            judged.read(file, read_image(path).with_alpha(), file.upright, is_rough)
    more = {"in_all": f"{seconds:.0f} s", "at_most": f"{memory.peak_mb:.0f} MB"}
    judged.check_and_record(record, "tfdeblur deblur", longest, **more)


def longest_pause(process, output, errors):
    """Seconds between two signs of progress, once the first is there, until the process ends."""
    last, longest, seen = None, 0.0, 0
    while process.poll() is None:
        results = len(list(output.iterdir())) if output.exists() else 0
        now, signs = time.monotonic(), results + errors.stat().st_size
        if signs != seen:
            longest, last, seen = max(longest, now - (last or now)), now, signs
        elif now - (last or now) > 120:
            process.kill()
        time.sleep(0.02)
    return longest


@pytest.mark.parametrize(
    ("name", "function", "suffixes"),
    [
        ("folder dataset", image_readers.as_folder_pair, (".png", ".jpg", ".jpeg", ".bmp")),
        ("published datasets' builders", image_readers.as_builder_pair, (".png", ".jpg", ".jpeg")),
        ("builder synthetic_blur", image_readers.as_photograph, None),
    ],
)
def test_datasets(name, function, suffixes, files, photos, record):
    files = [f for f in files if not suffixes or Path(f.name).suffix.lower() in suffixes]
    judged, longest = Judged(), 0.0
    outcomes = in_child(function, [photos / file.name for file in files])
    for file, outcome in zip(files, outcomes, strict=True):
        longest = max(longest, outcome.seconds)
        if outcome.problem:
            judged.problems.append(f"{file.name}: {outcome.problem}")
        elif outcome.result[0] == "read":
            may_be_small = file.kind == "one row"
            judged.read(file, outcome.result[1], as_rgb(file.upright), file.lossy, may_be_small)
        else:
            judged.refused(file, is_excused=suffixes and is_no_use_to_datasets(file))
    judged.check_and_record(record, name, longest)


def is_no_use_to_datasets(file):
    """Sound for the app; datasets refuse them by name."""
    is_turned = file.kind == "orientation" and not file.name.split(".")[0].endswith("_1")
    has_palette = file.name in ("palette.bmp", "bit.bmp")
    return is_turned or has_palette or file.kind == "wrong suffix"


def as_rgb(array):
    """What is left of an image for a dataset: 8 bits, three channels, no alpha."""
    if array is None:
        return None
    if array.dtype == np.uint16:
        array = (array >> 8).astype(np.uint8)
    if array.shape[-1] in (2, 4):
        array = array[..., :-1]
    return np.repeat(array, 3, axis=-1) if array.shape[-1] == 1 else array
