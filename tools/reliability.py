"""docs/reliability.md, out of what the tests marked `reliability` measured and what was found.

  pytest -n 0 -m reliability     measures, about two hours; RELIABILITY_SHARE=0.02 only tries
  python -m tools.reliability    writes the page

Figures are kept in docs/reliability.json with the versions they were measured with, findings in
docs/reliability.csv.
"""

import csv
import json
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "docs" / "reliability.md"
FIGURES = PAGE.with_suffix(".json")
FINDINGS = PAGE.with_suffix(".csv")

_INTRODUCTION = """\
# Reliability

What the project was put through, and what came of it. `pytest -n 0 -m reliability` measures it
anew and fails where something is not as it must be; `python -m tools.reliability` writes this
page, which is not edited by hand. Every finding at the end has a small test of its own.
"""
# Part -> title and what its table tells, in the order of the page.
PARTS = {
    "images": (
        "Image files",
        "Sound files of every kind that users have (bits, channels, palettes, profiles, "
        "orientations, layouts of TIFF, wrong suffixes), hostile ones (bombs, huge declared sizes, "
        "animations, no images) and copies of sound ones damaged in seven ways. A failure is a "
        "traceback, a crash, 5 s for one file, a file that is neither restored nor reported, a "
        "changed original, a file left over, wrong pixels, or a hostile file let in. The app was "
        "one command over all files, with one line for each that was not done.",
    ),
    "weights": (
        "Hostile weights and networks",
        "Files and folders that would run code, reach for other files, declare what is not there "
        "or take all memory or time, handed over in ten ways. Each must be refused with exit "
        "status 2 and a printable line, within 5 s and 500 MB, and leave no file. Some of them "
        "do run their code when pickle or TensorFlow loads them plainly.",
    ),
    "damaged_weights": (
        "Damaged weights and networks",
        "Sound files, damaged at random. Other values are read where a format has no checksum and "
        "the damage hits a value, or text that means something else. A failure is a crash, an "
        "exception that is no refusal, a network changed by a refused file, or more than 5 s.",
    ),
    "kills": (
        "kill -9",
        "Kills evenly spread over the time after the first quarter of an undisturbed run (before, "
        "libraries are imported), each in a new folder; then the same command again, to its end. "
        "Compared are all tensors of all checkpoints bit for bit, every figure of every epoch and "
        "every image, what an exported network computes, every record of a dataset, and every "
        "byte of the rest. Nothing may be left over, in the results or beside them.",
    ),
    "full_disk": (
        "Full disk",
        "Every app wrote to a small file system in memory (tmpfs) of several sizes, from nearly "
        "nothing to nearly enough; then it was enlarged and the same command run again. It must "
        "say with exit status 2 and without a traceback that no space is left, and what to do. "
        "Where it was told to overwrite a complete result, every file must be whole afterwards.",
    ),
    "same_folder": (
        "Two runs in one folder",
        "`tfdeblur train` started twice at once with the same --workdir: one is refused with one "
        "line and exit status 2, the other ends as an undisturbed run.",
    ),
    "long_runs": (
        "Long runs",
        "Resident memory of the whole process, twice a second. The last column is the processor "
        "time of the fastest tenth of the second half of the work as a multiple of that of the "
        "first. Images are of five heights and as many widths.",
    ),
    "threads": (
        "Threads",
        "Different images of five sizes, restored by eight threads that share one `Deblurrer` and "
        "again one after the other. The first image of a size meets the threads uncompiled.",
    ),
    "numbers": (
        "Numbers",
        "What must hold of any input: `pytest -n 0 -m properties --hypothesis-profile=thorough`. "
        "Patch grids, padding, pyramids, quantisation, tiles, copies turned and mirrored, "
        "augmentations, places of crops, blur synthesis; losses, gradients and metrics on black, "
        "white, saturated and perfectly restored images, in 32 and 16 bits.",
    ),
}


def record(part, name, path=FIGURES, **columns):
    """Replaces the row `name` in the table of a part; columns are named as they are shown."""
    from tfdeblur.system.environment import versions

    measured = read(path)
    rows = measured.setdefault(part, {"rows": {}})["rows"]
    rows[name] = {column.replace("_", " "): str(value) for column, value in columns.items()}
    measured[part]["versions"] = versions()
    path.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def read(path=FIGURES):
    """{part: {"rows": {name: {column: text}}, "versions": ...}} of what was measured so far."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def findings():
    """What was found and fixed: dicts of part, found, fixed and test (a node id of pytest)."""
    with FINDINGS.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rendered(measured, found):
    """The whole page as Markdown."""
    sections = [_INTRODUCTION]
    for part, (title, text) in PARTS.items():
        sections.append(f"## {title}\n\n{text}\n")
        sections.append(_table(measured[part]["rows"]) if part in measured else "Not measured.\n")
    rows = [f"| {each['found']} | {each['fixed']} | `{each['test']}` |" for each in found]
    header = ["## Found and fixed", "", "| found | now | guarded by |", "|---|---|---|"]
    sections.append("\n".join([*header, *rows]) + "\n")
    sections.append("## Measured with\n")
    for part, each in sorted(measured.items()):
        listed = ", ".join(f"{key} {value}" for key, value in sorted(each["versions"].items()))
        sections.append(f"- {part}: {listed}")
    return "\n".join(sections) + "\n"


def _table(rows):
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, row in rows.items():
        lines.append(f"| {name} | {' | '.join(row.get(column, '-') for column in columns)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(rendered(read(), findings()), encoding="utf-8")
