"""The folder in which a video grows: what stays, what goes, who may enter."""

import pytest

from tfdeblur.errors import InputError
from tfdeblur.video.workspace import discard, finished_in, workspace, workspace_path


def test_work_is_kept_for_the_same_identity_only(tmp_path):
    target = tmp_path / "new" / "clip.mp4"
    with workspace(target, {"network": "a"}) as folder:
        assert folder == workspace_path(target) == tmp_path / "new" / ".unfinished.clip.mp4"
        (folder / "00000000.nut").write_text("done")
    with workspace(target, {"network": "a"}) as folder:
        assert (folder / "00000000.nut").read_text() == "done"
    with workspace(target, {"network": "b"}) as folder:
        assert not (folder / "00000000.nut").exists()


def test_an_unreadable_identity_starts_afresh(tmp_path):
    with workspace(tmp_path / "clip.mp4", {"network": "a"}) as folder:
        (folder / "00000000.nut").write_text("done")
    (folder / "identity.json").write_text("{")
    with workspace(tmp_path / "clip.mp4", {"network": "a"}) as folder:
        assert not (folder / "00000000.nut").exists()


def test_a_second_run_is_refused(tmp_path):
    target = tmp_path / "clip.mp4"
    with workspace(target, {}) as folder:
        (folder / "00000000.nut").write_text("done")
        another = workspace(target, {"another": 1})
        with pytest.raises(InputError, match="another run is writing this file") as error, another:
            pass
        assert str(target) in str(error.value)
        assert (folder / "00000000.nut").exists()
    with workspace(tmp_path / "other.mp4", {}), workspace(target, {}):
        pass


def test_what_is_finished_takes_its_place_and_the_folder_goes(tmp_path):
    target = tmp_path / "clip.mp4"
    target.write_text("old")
    with workspace(target, {}) as folder:
        with pytest.raises(OSError, match="full"), finished_in(folder, target) as unfinished:
            unfinished.write_text("half")
            raise OSError("disk full")
        assert target.read_text() == "old"
        with finished_in(folder, target) as unfinished:
            assert unfinished.suffix == ".mp4"
            unfinished.write_text("new")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_discarding_twice_is_fine(tmp_path):
    with workspace(tmp_path / "clip.mp4", {}) as folder:
        discard(folder)
        discard(folder)
    assert list(tmp_path.iterdir()) == []
