"""The versions that CI installs are those that setup.cfg asks for, on every Python."""

import configparser
import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import PROJECT

LOCK = (PROJECT / ".ci" / "requirements.lock").read_text()
# A requirement, its environment and, on lines of their own, its hashes.
ENTRIES = re.findall(r"^([a-z0-9].*?) \\\n((?:    --hash=\S+(?: \\)?\n)+)", LOCK, re.MULTILINE)


def requirements():
    """All lines of setup.cfg that name a distribution, comments taken off."""
    setup = configparser.ConfigParser()
    setup.read(PROJECT / "setup.cfg")
    lists = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    lines = [line.split("#")[0].strip() for text in lists for line in text.splitlines()]
    return sorted({line for line in lines if line})


def locked_versions(python):
    environment = {"python_version": python, "python_full_version": f"{python}.5"}
    found = {}
    for text, _ in ENTRIES:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            assert canonicalize_name(requirement.name) not in found, "locked to two versions"
            [specifier] = requirement.specifier
            assert specifier.operator == "=="
            found[canonicalize_name(requirement.name)] = specifier.version
    return found


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_requirement_is_locked_within_its_bounds(python):
    versions = locked_versions(python)
    wanted = [Requirement(line) for line in requirements()]
    assert len(wanted) > 20
    missing = [
        str(requirement)
        for requirement in wanted
        if not requirement.specifier.contains(
            versions.get(canonicalize_name(requirement.name), "0"), prereleases=True
        )
        or canonicalize_name(requirement.name) not in versions
    ]
    assert missing == []


def test_nothing_is_locked_without_hashes():
    assert len(ENTRIES) == len(re.findall(r"^[a-z0-9].*==", LOCK, re.MULTILINE)) > 100
