"""The generated tests are run, counted, and their failures named.

On tests outside the project's folders, which need none of its imports and have no profiles but
hypothesis's own.
"""

import pytest

from tools.reliability import numbers_part

SOUND = """
import pytest
from hypothesis import given, strategies as st

@pytest.mark.properties
@given(st.integers(), st.integers())
def test_sums(one, other):
    assert one + other == other + one

@pytest.mark.properties
def test_nothing():
    pass

def test_without_the_marker():
    assert False
"""
FAILING = SOUND.replace("one + other ==", "2 * other ==")


def measured(tmp_path, content, profile="default"):
    file = tmp_path / "test_odd.py"
    file.write_text(content)
    return numbers_part.measure(tmp_path, profile, [str(file)])


def test_tests_and_inputs_are_counted(tmp_path):
    figures = measured(tmp_path, SOUND)
    assert figures["failures"] == []
    assert (figures["tests"], figures["generated_tests"]) == (2, 1)
    assert figures["examples"] == 100
    assert numbers_part.render(figures).splitlines()[-1].startswith("| 2 | 1 | 100 | 0 | ")


@pytest.mark.parametrize(
    ("content", "failure"), [(FAILING, "test_sums"), ("import no_such_module", "test_odd")]
)
def test_failures_are_named(tmp_path, content, failure):
    figures = measured(tmp_path, content)
    assert len(figures["failures"]) == 1
    assert failure in figures["failures"][0]
    assert "| 1 |" in numbers_part.render(figures)


def test_a_run_that_never_began_is_a_failure(tmp_path):
    figures = measured(tmp_path, SOUND, "no_such_profile")
    assert len(figures["failures"]) == 1
    assert "did not run" in numbers_part.render(figures)
