"""Growth of memory and of time is noticed."""

import sys

import pytest

from tools.reliability import long_runs_part

# Works through so many items in seconds, and tells how far it is by the size of a file.
WORKER = """
import sys, time
path, leak_mb, slower = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
kept = [bytes(30_000_000)]
for number in range(50):
    kept.append(bytearray(int(leak_mb * 1e6)))
    for page in range(0, len(kept[-1]), 4096):
        kept[-1][page] = 1
    until = time.process_time() + 0.03 * (1 + slower * number / 50)
    while time.process_time() < until:
        pass
    with open(path, "a") as file:
        file.write(".")
"""


@pytest.mark.parametrize(
    ("leak_mb", "slower", "failures"),
    [(0, 0, []), (3, 0, ["memory grew"]), (0, 3, ["the second half"])],
    ids=["steady", "leaking", "slowing"],
)
def test_growth_is_a_failure_and_steadiness_is_none(
    tmp_path, monkeypatch, leak_mb, slower, failures
):
    monkeypatch.setattr(long_runs_part, "_SAMPLE_EVERY_S", 0.02)
    monkeypatch.setattr(long_runs_part, "_MOST_SLOWDOWN", 1.5)
    progress = tmp_path / "progress"
    found = long_runs_part._watched(
        [sys.executable, "-c", WORKER, str(progress), str(leak_mb), str(slower)],
        lambda: progress.stat().st_size if progress.exists() else 0,
        50,
    )
    assert found["done"] == 50
    assert [any(word in said for word in failures) for said in found["failures"]] == [True] * len(
        failures
    )
    assert "| deblur |" in long_runs_part.render({"deblur": found})


def test_an_end_before_the_end_is_a_failure(tmp_path):
    found = long_runs_part._watched([sys.executable, "-c", "raise SystemExit(3)"], lambda: 7, 50)
    assert found["failures"][0].startswith("exit status 3, 7 of 50 done")
