"""Hostile and damaged weights and networks, in all formats and by all ways."""

import collections
import json
from pathlib import Path

import numpy as np

from tfdeblur.cli import EXIT_INPUT_ERROR
from tools.reliability.children import in_child
from tools.reliability.damaged_weights import FORMATS, Damage, read_damaged
from tools.reliability.hostile_weights import write_hostile
from tools.reliability.sound_weights import write_sound
from tools.reliability.weight_offers import Offer, accept, use_plainly

TITLE = "Weights"

# What a refusal may take, above what an accepted file takes.
MOST_SECONDS = 5
MOST_MB = 500

_MOST_FAILURES = 20


def measure(workspace, num_damaged=1000, seed=9, kinds=None, formats=tuple(FORMATS)):
    """Hands over all that is hostile, and damaged copies of all that is sound.

    Args:
      workspace: folder for what is written.
      num_damaged: damaged files of each format.
      seed: of the damage.
      kinds: of hostile files, or None for all.
      formats: of damaged files.
    """
    workspace = Path(workspace).resolve()
    workspace.mkdir(parents=True, exist_ok=True)
    sound = write_sound(workspace / "sound")
    _write_more_formats(sound.photo.parent)
    hostile = _measure_hostile(workspace, sound, kinds)
    fuzzed = {name: _measure_damaged(workspace, sound, name, num_damaged, seed) for name in formats}
    failures = [failure for part in (hostile, *fuzzed.values()) for failure in part["failures"]]
    return {"hostile": hostile, "damaged": fuzzed, "failures": failures[:_MOST_FAILURES]}


def render(figures):
    """Markdown of what `measure` found."""
    hostile = figures["hostile"]
    lines = [
        f"{hostile['files']} hostile files and folders, handed over in {hostile['offers']} ways: "
        f"{hostile['refused']} of {hostile['cases']} were refused with exit status 2 and a line "
        f"that says why, {hostile['executed']} executed code, {hostile['wrote']} left a file. "
        f"The longest took {hostile['longest_s']:.1f} s, the largest {hostile['most_mb']:.0f} MB "
        "more than the process had. Of the "
        f"{hostile['armed']} with code that pickle or TensorFlow might run, "
        f"{hostile['armed_and_executed_plainly']} did run it when loaded by them.",
        "",
        "| hostile | cases | refused | longest | most memory | failures |",
        "|---|---|---|---|---|---|",
    ]
    for kind, found in hostile["kinds"].items():
        lines.append(
            f"| {kind} | {found['cases']} | {found['refused']} | {found['longest_s']:.1f} s | "
            f"{found['most_mb']:.0f} MB | {found['failures']} |"
        )
    lines += [
        "",
        "Sound files, damaged at random:",
        "",
        "| damaged | files | refused | read, equal | read, other values | longest | failures |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in figures["damaged"].items():
        lines.append(
            f"| {name} | {found['files']} | {found['refused']} | {found['equal']} | "
            f"{found['other']} | {found['longest_s']:.2f} s | {len(found['failures'])} |"
        )
    lines += [
        "",
        "Other values are read where a format has no checksum and the damage hits a value, or "
        "text that means something else. A failure is code that ran, a file that was written or "
        f"left, a crash, an exception that is no refusal, a network changed by a refused file, "
        f"control codes on the terminal, more than {MOST_SECONDS} s or {MOST_MB} MB more.",
    ]
    return "\n".join(lines)


def _measure_hostile(workspace, sound, kinds):
    canary = workspace / "canary"
    cases = write_hostile(workspace / "hostile", sound, canary, kinds)
    work = [(case, way) for case in cases for way in case.offers]
    output = workspace / "output"
    ways = sorted({way for _, way in work})
    controls = [
        Offer(way, path, sound, output / f"sound {way}", canary)
        for way, path in _sound_offers(sound, workspace).items()
        if way in ways
    ]
    # A folder for each: a result that is there would be a reason to refuse.
    offers = [
        Offer(way, case.path, sound, output / str(number), canary)
        for number, (case, way) in enumerate(work)
    ]
    output.mkdir()
    outcomes = list(in_child(accept, [*controls, *offers], hung_after_s=60))
    failures = []
    for control, outcome in zip(controls, outcomes, strict=False):
        status = (outcome.result or {}).get("status")
        if outcome.problem or status != 0:
            said = outcome.problem or outcome.result["message"]
            failures.append(f"sound, {control.way}: refused: {said}")
    tables: dict = {}
    counts: collections.Counter = collections.Counter()
    for (case, way), outcome in zip(work, outcomes[len(controls) :], strict=True):
        table = tables.setdefault(
            case.kind, {"cases": 0, "refused": 0, "longest_s": 0.0, "most_mb": 0.0, "failures": 0}
        )
        problems = _problems(outcome)
        result = outcome.result or {}
        table["cases"] += 1
        table["refused"] += result.get("status") == EXIT_INPUT_ERROR
        table["longest_s"] = max(table["longest_s"], result.get("seconds", outcome.seconds))
        table["most_mb"] = max(table["most_mb"], result.get("more_mb", 0.0))
        table["failures"] += bool(problems)
        counts["executed"] += "code was executed" in problems
        counts["wrote"] += any(problem.startswith("wrote") for problem in problems)
        failures += [f"{case.kind}, {case.name}, {way}: {problem}" for problem in problems]
    armed = [Offer("plainly", case.path, sound, output, canary) for case in cases if case.armed]
    return {
        "files": len(cases),
        "armed": len(armed),
        "armed_and_executed_plainly": sum(
            outcome.result is True for outcome in in_child(use_plainly, armed)
        ),
        "offers": len(ways),
        "cases": len(work),
        "refused": sum(table["refused"] for table in tables.values()),
        "executed": counts["executed"],
        "wrote": counts["wrote"],
        "longest_s": max(table["longest_s"] for table in tables.values()),
        "most_mb": max(table["most_mb"] for table in tables.values()),
        "kinds": tables,
        "failures": failures,
    }


def _problems(outcome):
    if outcome.problem:
        return [outcome.problem]
    result = outcome.result
    problems = list(result["problems"])
    if result["status"] != EXIT_INPUT_ERROR:
        problems.append(f"exit status {result['status']}")
    elif not result["message"]:
        problems.append("refused without a word")
    if result["seconds"] > MOST_SECONDS:
        problems.append(f"took {result['seconds']:.1f} s")
    if result["more_mb"] > MOST_MB:
        problems.append(f"took {result['more_mb']:.0f} MB")
    return problems


def _sound_offers(sound, workspace):
    """Way -> what must be accepted that way: a way that refuses everything tests nothing."""
    journal = workspace / "sound" / "journal.jsonl"
    return {
        "convert dmphn": sound.release,
        "convert pss_nsc": sound.checkpoint,
        "deblur --weights": sound.weights,
        "load_weights": sound.weights,
        "train --gin_file": sound.training,
        "deblur --saved_model": sound.saved_model,
        "train initial weights": sound.weights,
        "journal": journal,
    }


def _write_more_formats(folder):
    from tests.reference import torch_files as torch

    rng = np.random.default_rng(9)
    arrays = {f"layer{n}.weight": rng.normal(size=(4, 3, 3, 3)).astype("<f4") for n in range(6)}
    views = {name: torch.view(str(i), array) for i, (name, array) in enumerate(arrays.items())}
    torch.write_zip_format(folder / FORMATS["PyTorch state dict, zip"], views)
    rows = [{"position": i, "psnr_db": 30.0 + i, "name": f"{i:06d}"} for i in range(20)]
    lines = [{"model": "dmphn_1", "num_images": 20}, *rows]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / FORMATS["journal"]).write_text(text)


def _measure_damaged(workspace, sound, name, num_damaged, seed):
    copy = workspace / "damaged" / str(list(FORMATS).index(name))
    copy.parent.mkdir(exist_ok=True)
    seeds = [None, *range(seed * 1_000_000, seed * 1_000_000 + num_damaged)]
    items = [Damage(name, sound, copy, one) for one in seeds]
    counts: collections.Counter = collections.Counter()
    failures, longest, expected = [], 0.0, None
    for damage, outcome in zip(items, in_child(read_damaged, items), strict=True):
        status, value = outcome.result or (outcome.problem, None)
        if damage.seed is None:
            expected = value
            if status != "read":
                failures.append(f"{name}: the sound file was not read: {status}")
            continue
        longest = max(longest, outcome.seconds)
        if status == "read":
            counts["equal" if value == expected else "other"] += 1
        elif status == "refused":
            counts["refused"] += 1
        else:
            failures.append(f"{name}, seed {damage.seed}: {status} {value or ''}".rstrip())
        if outcome.seconds > MOST_SECONDS:
            failures.append(f"{name}, seed {damage.seed}: took {outcome.seconds:.1f} s")
    return {
        "files": num_damaged,
        **{key: counts[key] for key in ("refused", "equal", "other")},
        "longest_s": longest,
        "failures": failures,
    }
