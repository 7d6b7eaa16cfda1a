"""The wheel holds all of the project; tools/smoke_test.py tells whether it works."""

import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.conftest import PROJECT

# What a checkout has beside the project, and would be slow to copy.
NOT_SOURCE = shutil.ignore_patterns(
    ".git", ".venv*", "build", "*.egg-info", "__pycache__", ".*_cache"
)

# Only the tests of the builders read their dummy data.
NOT_SHIPPED = {"__pycache__", "dummy_data"}


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    source = tmp_path_factory.mktemp("source") / "tfdeblur"
    shutil.copytree(PROJECT, source, ignore=NOT_SOURCE)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "-o", str(out)]
    subprocess.run([*command, str(source)], check=True, stdout=subprocess.DEVNULL)
    [file] = out.glob("*.whl")
    return file


def test_holds_every_file(wheel):
    expected = set()
    for folder, place in (("tfdeblur", ""), ("gin", "tfdeblur/"), ("tfds_builders", "tfdeblur/")):
        files = (f for f in PROJECT.glob(f"{folder}/**/*") if f.is_file())
        expected |= {
            f"{place}{f.relative_to(PROJECT)}" for f in files if not NOT_SHIPPED & set(f.parts)
        }
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == expected


def test_gin_folder_does_not_shadow_the_library():
    assert not (PROJECT / "gin" / "__init__.py").exists()
