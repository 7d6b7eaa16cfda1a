"""Fuzzing with image files: the app, folders of pairs, and the dataset builders."""

import collections
import hashlib
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tools.reliability import image_readers
from tools.reliability.children import PeakMemory, in_child
from tools.reliability.identity_network import write_identity_network
from tools.reliability.image_files import LOSSY_TOLERANCE, image_files

TITLE = "Image files"

# What a file may take before it counts as hanging.
HANG_S = 5

_DECODED_BY_TENSORFLOW = (".png", ".jpg", ".jpeg", ".bmp")
_MOST_FAILURES = 20

# An app that does not go on at all is ended.
_GIVE_UP_S = 120

_ONLY_FOR_DATASETS = ("one row",)


def measure(workspace, num_damaged=4500, seed=9):
    """Feeds all kinds of files to all that read images, and judges what comes out."""
    files = image_files(num_damaged, seed)
    photos = Path(workspace) / "photos"
    photos.mkdir(parents=True)
    for file in files:
        (photos / file.name).write_bytes(file.data)
    readers = {
        "tfdeblur deblur": _restored_by_app(Path(workspace), files),
        "folder dataset": _read_by(image_readers.as_folder_pair, photos, files),
        "published datasets' builders": _read_by(image_readers.as_builder_pair, photos, files),
        "builder synthetic_blur": _read_by(image_readers.as_photograph, photos, files),
    }
    return {"num_files": len(files), "kinds": dict(_kinds(files)), "readers": readers}


def render(figures):
    """Markdown of what `measure` found."""
    kinds = ", ".join(f"{kind} ({count})" for kind, count in figures["kinds"].items())
    lines = [
        f"{figures['num_files']} files: {kinds}.",
        "",
        "| | files | read | refused | of the sound ones right | longest | failures |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in figures["readers"].items():
        lines.append(
            f"| {name} | {found['files']} | {found['read']} | {found['refused']} | "
            f"{found['right']} of {found['sound']} | {found['longest_s']:.2f} s | "
            f"{len(found['failures'])} |"
        )
    app = figures["readers"]["tfdeblur deblur"]
    lines += [
        "",
        f"The app was one command over all files: exit status {app['exit_status']}, "
        f"{app['seconds']:.0f} s, {app['peak_mb']:.0f} MB at most, {app['refused']} lines "
        f'"not done: ...". "Longest" is the longest time between two files done. A failure is a '
        f"traceback, a crash, {HANG_S} s for one file, a file that is neither restored nor "
        "reported, a changed original, a file left over, wrong pixels, or a hostile file let in.",
    ]
    return "\n".join(lines)


def _kinds(files):
    return collections.Counter(file.kind for file in files).most_common()


def _restored_by_app(workspace, files):
    photos, output = workspace / "photos", workspace / "restored"
    network = write_identity_network(workspace)
    before = {path: _digest(path) for path in photos.iterdir()}
    command = [sys.executable, "-m", "tfdeblur", "deblur", *network, f"--output={output}"]
    errors = workspace / "errors.txt"
    start = time.monotonic()
    with errors.open("wb") as sink:
        process = subprocess.Popen([*command, photos], stderr=sink, stdout=subprocess.DEVNULL)
        with PeakMemory(process.pid) as memory:
            longest = _longest_pause(process, output, errors)
            process.wait()
    seconds = time.monotonic() - start
    said = errors.read_text(errors="replace")
    reasons = {}
    for line in said.splitlines():
        for file in _named(line, photos):
            reasons[file] = line
    failures = [f"unexpected line: {line}" for line in said.splitlines() if not _expected(line)]
    changed = [path.name for path, digest in before.items() if _digest(path) != digest]
    failures += [f"{name}: the original was changed" for name in changed]
    results = {path.name for path in output.rglob("*")}
    failures += [f"{name}: left over" for name in results - {file.name for file in files}]
    judged = _Judged()
    for file in files:
        done, refused = file.name in results, file.name in reasons
        if done == refused:
            failures.append(f"{file.name}: {'restored and' if done else 'neither'} reported")
        elif refused:
            judged.refused(file, file.verdict == "valid")
        else:
            path = output / file.name
            may_not = file.verdict == "refused"
            judged.read(file, _pixels(path), file.upright, may_not, _is_lossy(path))
    return {
        **judged.figures(failures, longest),
        "exit_status": process.returncode,
        "seconds": seconds,
        "peak_mb": memory.peak_mb,
    }


def _longest_pause(process, output, errors):
    """Seconds between two signs of progress, once the first is there."""
    last, longest, count = None, 0.0, 0
    while process.poll() is None:
        results = sum(1 for _ in output.iterdir()) if output.exists() else 0
        now, signs = time.monotonic(), results + errors.stat().st_size
        if signs != count:
            longest, last, count = max(longest, now - (last or now)), now, signs
        elif now - (last or now) > _GIVE_UP_S:
            process.kill()
        time.sleep(0.02)
    return longest


def _is_lossy(path):
    return path.suffix.lower() in (".jpg", ".jpeg", ".jfif", ".webp")


def _named(line, photos):
    prefix = f"not done: {photos}/"
    return [line.removeprefix(prefix).split(":")[0]] if line.startswith(prefix) else []


def _expected(line):
    return line.startswith("not done: ")


def _read_by(function, photos, files):
    suffixes = {
        image_readers.as_folder_pair: _DECODED_BY_TENSORFLOW,
        image_readers.as_builder_pair: _DECODED_BY_TENSORFLOW[:3],
    }.get(function)
    files = [f for f in files if not suffixes or Path(f.name).suffix.lower() in suffixes]
    is_dataset = suffixes is not None
    judged, failures, longest = _Judged(), [], 0.0
    for file, outcome in zip(files, in_child(function, _paths(photos, files)), strict=True):
        longest = max(longest, outcome.seconds)
        if outcome.problem:
            failures.append(f"{file.name}: {outcome.problem}")
            continue
        status, value = outcome.result
        if status == "read":
            may_not = file.verdict == "refused" and file.kind not in _ONLY_FOR_DATASETS
            judged.read(file, value, _as_rgb(file.upright), may_not)
        else:
            excused = is_dataset and _is_no_use_to_datasets(file)
            judged.refused(file, file.verdict == "valid" and not excused)
    return judged.figures(failures, longest)


def _is_no_use_to_datasets(file):
    """Sound for the app; datasets refuse them by name."""
    is_turned = file.kind == "orientation" and not file.name.split(".")[0].endswith("_1")
    has_palette = file.name in ("palette.bmp", "bit.bmp")
    return is_turned or has_palette or file.kind == "wrong suffix"


def _paths(photos, files):
    return [photos / file.name for file in files]


class _Judged:
    """Counts what was read and refused, and notes what should have been otherwise."""

    def __init__(self):
        self._counts = collections.Counter()
        self._wrong = []

    def refused(self, file, is_wrong):
        self._counts["refused"] += 1
        if is_wrong:
            self._wrong.append(f"{file.name}: refused, though sound")

    def read(self, file, pixels, expected, is_wrong, written_lossy=False):
        self._counts["read"] += 1
        if is_wrong:
            self._wrong.append(f"{file.name}: let in")
        if file.verdict == "valid":
            self._counts["sound"] += 1
            is_rough = file.lossy or written_lossy
            problem = _difference(pixels, expected, LOSSY_TOLERANCE if is_rough else 0)
            if problem:
                self._wrong.append(f"{file.name}: {problem}")
            else:
                self._counts["right"] += 1

    def figures(self, failures, longest_s):
        if longest_s > HANG_S:
            failures.append(f"{longest_s:.1f} s for one file")
        counts = {name: self._counts[name] for name in ("read", "refused", "sound", "right")}
        return {
            "files": counts["read"] + counts["refused"],
            **counts,
            "longest_s": longest_s,
            "failures": [*failures, *self._wrong][:_MOST_FAILURES],
        }


def _difference(pixels, expected, tolerance):
    if pixels.shape != expected.shape:
        return f"shape {pixels.shape} instead of {expected.shape}"
    if pixels.dtype != expected.dtype:
        return f"{pixels.dtype} instead of {expected.dtype}"
    error = np.abs(pixels.astype(np.float64) - expected).mean()
    return f"differs by {error:.3f} on average" if error > tolerance else None


def _as_rgb(array):
    """What is left of an image for a dataset: 8 bits, three channels, no alpha."""
    if array is None:
        return None
    if array.dtype == np.uint16:
        array = (array >> 8).astype(np.uint8)
    if array.shape[-1] in (2, 4):
        array = array[..., :-1]
    return np.repeat(array, 3, axis=-1) if array.shape[-1] == 1 else array


def _pixels(path):
    """The upright pixels of a result, read with the project's reader."""
    from tfdeblur.images.reader import read_image

    return read_image(path).with_alpha()


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
