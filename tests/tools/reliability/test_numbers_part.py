"""The generated tests are run, counted, and their failures named."""

import pytest

from tools.reliability import numbers_part


def test_tests_and_inputs_are_counted(tmp_path):
    figures = numbers_part.measure(tmp_path, "quick", ["tests/ops/test_padding.py"])
    assert figures["failures"] == []
    assert (figures["tests"], figures["generated_tests"]) == (2, 2)
    assert 2 <= figures["examples"] <= 100
    table = numbers_part.render(figures).splitlines()
    assert table[-1].startswith(f"| 2 | 2 | {figures['examples']} | 0 | ")


FAILING = """
import pytest
from hypothesis import given, strategies as st

@pytest.mark.properties
@given(st.integers(0, 9))
def test_all_digits_are_even(digit):
    assert digit % 2 == 0

@pytest.mark.properties
def test_nothing():
    pass

def test_without_the_marker():
    assert False
"""


@pytest.mark.parametrize(
    ("content", "failure"),
    [(FAILING, "test_all_digits_are_even"), ("import no_such_module", "test_odd")],
)
def test_failures_are_named(tmp_path, content, failure):
    (tmp_path / "test_odd.py").write_text(content)
    figures = numbers_part.measure(tmp_path, "default", [str(tmp_path / "test_odd.py")])
    assert len(figures["failures"]) == 1
    assert failure in figures["failures"][0]
    assert "| 1 |" in numbers_part.render(figures)


def test_a_run_that_never_began_is_a_failure(tmp_path):
    figures = numbers_part.measure(tmp_path, "no_such_profile", ["tests/ops/test_padding.py"])
    assert len(figures["failures"]) == 1
    assert "did not run" in numbers_part.render(figures)
