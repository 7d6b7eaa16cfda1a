"""The wheel holds all of the project and works away from its source tree."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.conftest import PROJECT
from tfdeblur.cli import APPS

# What a checkout has beside the project, and would be slow to copy.
NOT_SOURCE = shutil.ignore_patterns(
    ".git", ".venv*", "build", "*.egg-info", "__pycache__", ".*_cache"
)

# Only the tests of the builders read their dummy data.
NOT_SHIPPED = {"__pycache__", "dummy_data"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    source = tmp_path_factory.mktemp("source") / "tfdeblur"
    shutil.copytree(PROJECT, source, ignore=NOT_SOURCE)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(out), str(source)]
    subprocess.run(command, check=True)
    [file] = out.glob("*.whl")
    return file


def test_holds_every_module_configuration_and_builder(wheel):
    expected = {
        str(f.relative_to(PROJECT))
        for suffix in (".py", ".html")
        for f in PROJECT.glob(f"tfdeblur/**/*{suffix}")
    }
    expected |= {
        str(f.relative_to(PROJECT))
        for f in PROJECT.glob("tfdeblur/pretrained/*")
        if f.suffix in (".h5", ".md", ".jpg")
    }
    for folder in ("gin", "tfds_builders"):
        files = (f for f in PROJECT.glob(f"{folder}/**/*") if f.is_file())
        expected |= {
            f"tfdeblur/{f.relative_to(PROJECT)}" for f in files if not NOT_SHIPPED & set(f.parts)
        }
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == expected


def test_runs_from_another_folder(wheel, tmp_path):
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    zipfile.ZipFile(wheel).extractall(site)
    elsewhere.mkdir()
    script = (
        "import tfdeblur, tfdeblur.cli as cli\n"
        f"assert tfdeblur.__file__.startswith({str(site)!r}), tfdeblur.__file__\n"
        f"assert all(cli.run_app(name, ['--help']) == 0 for name in {list(APPS)})\n"
        "from tfdeblur.tfds_builders import gao2019, gopro, su2017\n"
        "for builder in (gao2019.Builder, gopro.Builder, su2017.Builder):\n"
        f"    print(sum(map(len, builder(data_dir={str(tmp_path)!r}).frames().values())))\n"
        "print(tfdeblur.build_model('dmphn_1_2').count_params())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-4:] == ["5290", "3214", "6708", "3616262"]


def test_gin_folder_does_not_shadow_the_library():
    assert not (PROJECT / "gin" / "__init__.py").exists()
