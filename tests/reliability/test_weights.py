"""Hostile and damaged weights and networks, in all formats and by all ways."""

import collections
import json

import numpy as np
import pytest

from tests.hostile.damaged import FORMATS, Damage, read_damaged
from tests.hostile.sound import write_sound
from tests.hostile.weights import KINDS, write_hostile
from tests.reference import torch_files as torch
from tests.reliability.children import in_child
from tests.reliability.offers import Offer, accept, use_plainly
from tfdeblur.cli import EXIT_INPUT_ERROR

pytestmark = pytest.mark.reliability

# What a refusal may take, above what an accepted file takes.
_MOST_SECONDS = 5
_MOST_MB = 500


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound") / "sound"
    sound, rng = write_sound(folder), np.random.default_rng(9)
    arrays = {f"layer{n}.weight": rng.normal(size=(4, 3, 3, 3)).astype("<f4") for n in range(6)}
    views = {name: torch.view(str(i), array) for i, (name, array) in enumerate(arrays.items())}
    torch.write_zip_format(folder / FORMATS["PyTorch state dict, zip"], views)
    rows = [{"position": i, "psnr_db": 30.0 + i, "name": f"{i:06d}"} for i in range(20)]
    lines = [{"model": "dmphn_1", "num_images": 20}, *rows]
    journal = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / FORMATS["journal"]).write_text(journal)
    return sound


def test_what_is_sound_is_accepted_in_every_way(sound, tmp_path):
    ways = {
        "convert dmphn": sound.release,
        "convert pss_nsc": sound.checkpoint,
        "deblur --weights": sound.weights,
        "load_weights": sound.weights,
        "train --gin_file": sound.training,
        "deblur --saved_model": sound.saved_model,
        "train initial weights": sound.weights,
        "journal": sound.photo.with_name(FORMATS["journal"]),
    }
    offers = [
        Offer(way, path, sound, tmp_path / str(number), tmp_path / "canary")
        for number, (way, path) in enumerate(ways.items())
    ]
    outcomes = list(in_child(accept, offers, hung_after_s=300))
    refused = [o for o in outcomes if o.problem or o.result["status"] != 0]
    assert refused == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_hostile_is_refused_and_does_nothing(sound, kind, tmp_path, record):
    canary = tmp_path / "canary"
    cases = write_hostile(tmp_path / "hostile", sound, canary, [kind])
    work = [(case, way) for case in cases for way in case.offers]
    # A folder for each: a result that is there would be a reason to refuse.
    offers = [
        Offer(way, case.path, sound, tmp_path / str(number), canary)
        for number, (case, way) in enumerate(work)
    ]
    problems, results = [], collections.defaultdict(list)
    for (case, way), outcome in zip(work, in_child(accept, offers, hung_after_s=300), strict=True):
        result = outcome.result or {"problems": [outcome.problem]}
        wrong = list(result["problems"])
        if not outcome.problem:
            results[case.kind].append(result)
            if result["status"] != EXIT_INPUT_ERROR or not result["message"]:
                wrong.append(f"exit status {result['status']}: {result['message']}")
            if result["seconds"] > _MOST_SECONDS or result["more_mb"] > _MOST_MB:
                wrong.append(f"took {result['seconds']:.1f} s and {result['more_mb']:.0f} MB")
        problems += [f"{case.kind}, {case.name}, {way}: {each}" for each in wrong]
    assert problems == []
    armed = [Offer("plainly", c.path, sound, tmp_path, canary) for c in cases if c.armed]
    run = [outcome.result is True for outcome in in_child(use_plainly, armed)]
    assert any(run) or not armed, "an attack that harms nobody proves nothing"
    plainly = {"run_code_when_loaded_plainly": f"{sum(run)} of {len(run)}"} if armed else {}
    for name, found in results.items():
        record(
            *("weights", name),
            cases=len(found),
            refused=len(found),
            longest=f"{max(result['seconds'] for result in found):.1f} s",
            most_memory=f"{max(result['more_mb'] for result in found):.0f} MB",
            **plainly,
        )


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_damaged_is_read_or_refused(sound, name, tmp_path, amount, record):
    count = amount(1000)
    seeds = [None, *range(9_000_000, 9_000_000 + count)]
    items = [Damage(name, sound, tmp_path / "copy", seed) for seed in seeds]
    whole, *outcomes = in_child(read_damaged, items)
    assert (whole.problem, whole.result[0]) == (None, "read")
    counts, problems = collections.Counter(), []
    for outcome in outcomes:
        status, value = outcome.result or (outcome.problem, None)
        is_equal = status == "read" and value == whole.result[1]
        counts["equal" if is_equal else status] += 1
        if status not in ("read", "refused") or outcome.seconds > _MOST_SECONDS:
            problems.append(f"seed {outcome.item.seed}: {status} in {outcome.seconds:.1f} s")
    assert problems == []
    record(
        *("damaged_weights", name),
        files=count,
        refused=counts["refused"],
        **{"read,_equal": counts["equal"], "read,_other_values": counts["read"]},
        longest=f"{max(outcome.seconds for outcome in outcomes):.2f} s",
    )
