"""Configuration files are found by their path and by that below gin/."""

from tfdeblur.config import config_dir, configured_experiment


def test_config_dir_holds_the_presets():
    assert (config_dir() / "models" / "dmphn" / "dmphn_1.gin").is_file()


def test_files_are_found_by_their_path_below_gin(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inside = "papers/zhang2019/table1_dmphn_1_2_4_8.gin"
    with configured_experiment([inside]) as by_name:
        pass
    with configured_experiment([config_dir() / inside]) as by_path:
        pass
    assert by_name.full == by_path.full
