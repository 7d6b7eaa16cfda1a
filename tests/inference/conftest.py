"""What tests of several modules look at."""

import pytest

from tests.inference.photo_files import save


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    for name in ("b.png", "a.PNG", "deep/er/c.tif", ".hidden.png", ".cache/d.png"):
        save(folder / name)
    (folder / "notes.txt").write_text("no image")
    (folder / "folder.png").mkdir()
    return folder
