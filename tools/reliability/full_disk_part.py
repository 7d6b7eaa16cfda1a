"""A disk that is full at every stage of writing, and one that fills over an older result."""

import contextlib
import subprocess
from pathlib import Path

from tools.reliability.interrupted_apps import apps, files_in

TITLE = "Full disk"

_MOST_FAILURES = 20
_PLENTY_KB = 500_000
_PAGE_KB = 4


def measure(workspace, sizes_per_app=8, names=None):
    """Runs every app on disks of several sizes, then with room, and compares."""
    workspace = Path(workspace)
    (workspace / "inputs").mkdir(parents=True)
    try:
        with _disk(workspace / "trial", _PAGE_KB):
            pass
    except subprocess.CalledProcessError:
        return {"skipped": "needs the right to mount a tmpfs (root)"}
    return {
        app.name: _OnSmallDisks(app, workspace / app.name.replace(" ", "_")).figures(sizes_per_app)
        for app in apps(workspace / "inputs")
        if names is None or app.name in names
    }


def render(figures):
    """Markdown of what `measure` found."""
    if "skipped" in figures:
        return f"Not measured: {figures['skipped']}."
    lines = [
        "Every app wrote to a small file system in memory (tmpfs) of several sizes, from nearly "
        "nothing to nearly enough; then it was enlarged and the same command run again.",
        "",
        "| | room needed | disks | too small | said so clearly | then as undisturbed | "
        "older result kept | failures |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, found in figures.items():
        kept = f"{found['kept']} of {found['overwritten']}" if found["overwritten"] else "-"
        lines.append(
            f"| {name} | {found['needed_kb']} KB | {found['disks']} | {found['too_small']} | "
            f"{found['clear']} | {found['equal']} | {kept} | {len(found['failures'])} |"
        )
    lines += [
        "",
        "Clear is: exit status 2, no traceback, and a last line that says that no space is left, "
        'where, and what to do, or of folders how many files were not done. "Older result kept": '
        "a complete result lay there, the disk had less room left than another takes, and the app "
        "was told to overwrite; every file was whole afterwards.",
    ]
    return "\n".join(lines)


class _OnSmallDisks:
    """One app, and what was found of it."""

    def __init__(self, app, workspace):
        self._app = app
        self._workspace = workspace
        self._found = dict.fromkeys(
            ("needed_kb", "disks", "too_small", "clear", "equal", "overwritten", "kept"), 0
        )
        self._failures = []

    def figures(self, num_sizes):
        with _disk(self._workspace / "undisturbed", _PLENTY_KB) as folder:
            finished = self._app.run(folder)
            if finished.returncode:
                self._failures.append(f"undisturbed: {finished.stderr[-300:]}")
            else:
                self._expected, self._files = self._app.results(folder), files_in(folder)
                needed = self._found["needed_kb"] = _used_kb(folder)
                for number in range(num_sizes):
                    size = max(_PAGE_KB, int(needed * (number + 0.5) / num_sizes))
                    self._afresh(size)
                    if self._app.overwrite:
                        self._over_older(needed, _PAGE_KB * number)
        return {**self._found, "failures": self._failures[:_MOST_FAILURES]}

    def _afresh(self, size):
        with _disk(self._workspace / f"of_{size}", size) as folder:
            self._found["disks"] += 1
            self._judge(self._app.run(folder), f"on {size} KB")
            _resize(folder, _PLENTY_KB)
            finished = self._app.run(folder)
            what = f"on {size} KB, then enlarged"
            if finished.returncode:
                self._failures.append(f"{what}: {finished.stderr[-300:]}")
                return
            wrong = self._app.differing(folder, self._expected)
            wrong += [f"{name}, which is left over" for name in files_in(folder) - self._files]
            self._found["equal"] += not wrong
            self._failures += [f"{what}: other {name}" for name in wrong]

    def _over_older(self, needed, size):
        with _disk(self._workspace / f"over_{size}", _PLENTY_KB) as folder:
            self._app.run(folder)
            _resize(folder, needed + size)
            finished = self._app.run(folder, *self._app.overwrite.split())
            what = f"over an older result with {size} KB left"
            if finished.returncode == 0:
                return
            self._found["overwritten"] += 1
            self._judge(finished, what)
            lost = self._app.differing(folder, self._expected)
            lost += [f"{name}, which is left over" for name in files_in(folder) - self._files]
            self._found["kept"] += not lost
            self._failures += [f"{what}: other {name}" for name in lost]

    def _judge(self, finished, what):
        if finished.returncode == 0:
            return
        self._found["too_small"] += 1
        unclear = _unclear(finished, self._app.is_script)
        self._found["clear"] += not unclear
        if unclear:
            self._failures.append(f"{what}: {unclear}: {finished.stderr[-400:]}")


def _unclear(finished, is_script):
    if is_script:
        return None if "No space left" in finished.stderr else "does not say why"
    if finished.returncode != 2:
        return f"exit status {finished.returncode}"
    if "Traceback" in finished.stderr:
        return "a traceback"
    if "no space" not in finished.stderr.lower():
        return "does not say why"
    return None if "make room" in finished.stderr.lower() else "does not say what to do"


@contextlib.contextmanager
def _disk(folder, size_kb):
    folder.mkdir(parents=True)
    _command("mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", folder)
    try:
        yield folder
    finally:
        _command("umount", folder)


def _resize(folder, size_kb):
    _command("mount", "-o", f"remount,size={size_kb}k", folder)


def _command(*arguments):
    subprocess.run(arguments, check=True, capture_output=True)


def _used_kb(folder):
    fields = subprocess.run(
        ["df", "--output=used", "-k", folder], check=True, capture_output=True, text=True
    )
    return int(fields.stdout.split()[-1])
