"""What takes hours runs only when asked for: `pytest -n 0 -m reliability`."""

import os
from pathlib import Path

import pytest

from tools import reliability

_SHARE = float(os.environ.get("RELIABILITY_SHARE", "1"))


def pytest_collection_modifyitems(config, items):
    if "reliability" in config.option.markexpr:
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="takes hours; run with -m reliability"))


@pytest.fixture(scope="session")
def amount():
    """How much of a whole measurement to do."""
    return lambda whole: max(2, round(whole * _SHARE))


@pytest.fixture(scope="session")
def record():
    """Keeps a row of the page, of whole measurements only."""
    return reliability.record if _SHARE == 1 else lambda *row, **columns: None
