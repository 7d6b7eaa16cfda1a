"""What is restored, and where to."""

import pytest

from tests.inference.photo_files import Inverter, save, value_of
from tfdeblur.errors import InputError
from tfdeblur.inference.files import deblur_files
from tfdeblur.inference.jobs import Job, plan_jobs
from tfdeblur.system.file_tree import passed_over_in_words


def test_a_folder_is_searched_at_any_depth_without_hidden_files(photos, tmp_path):
    jobs = plan_jobs([photos], tmp_path / "out")
    planned = {job.source.relative_to(photos).as_posix(): job.target for job in jobs}
    assert planned == {
        name: tmp_path / "out" / name for name in ("a.PNG", "b.png", "deep/er/c.tif")
    }


def test_a_hidden_folder_that_is_named_is_searched(photos, tmp_path):
    [job] = plan_jobs([photos / ".cache"], tmp_path / "out")
    assert job.target == tmp_path / "out" / "d.png"


def test_results_inside_the_folder_are_not_restored_again(photos):
    first = plan_jobs([photos], photos / "restored")
    assert deblur_files(Inverter(), first) == []
    assert plan_jobs([photos], photos / "restored") == first
    with pytest.raises(InputError, match="its result would take its place"):
        plan_jobs([photos], photos)


def test_relative_paths(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    jobs = plan_jobs(["photos", "photos/b.png"], "out")
    assert deblur_files(Inverter(), jobs) == []
    assert value_of(tmp_path / "out" / "a.PNG") == value_of(tmp_path / "out" / "b.png") == [245]


def test_two_files_for_one_target_are_refused_and_one_file_twice_is_fine(tmp_path):
    one, two = save(tmp_path / "1" / "a.png"), save(tmp_path / "2" / "a.png")
    assert len(plan_jobs([one, one, tmp_path / "1"], tmp_path / "out")) == 1
    with pytest.raises(InputError, match=r"both be written.*different outputs") as error:
        plan_jobs([one, two], tmp_path / "out")
    assert str(one) in str(error.value)
    assert str(two) in str(error.value)


def test_an_output_that_is_a_file_and_a_folder_without_images_are_refused(tmp_path):
    image = save(tmp_path / "a.png")
    (tmp_path / "notes").touch()
    with pytest.raises(InputError, match="this is a file"):
        plan_jobs([image], tmp_path / "notes")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no images or videos"):
        plan_jobs([tmp_path / "empty"], tmp_path / "out")


@pytest.mark.parametrize("given", ["", "*", "**/*.png"])
def test_linked_folders_are_searched_but_not_in_circles(tmp_path, given):
    image = save(tmp_path / "elsewhere" / "a.png")
    photos = tmp_path / "photos"
    save(photos / "day" / "b.png")
    (photos / "linked").symlink_to(image.parent)
    (photos / "day" / "all").symlink_to(photos)
    (image.parent / "back").symlink_to(photos)
    jobs = plan_jobs([photos / given], tmp_path / "out")
    assert sorted(job.target.relative_to(tmp_path / "out").as_posix() for job in jobs) == [
        "day/b.png",
        "linked/a.png",
    ]


def test_what_a_folder_holds_besides_is_passed_over_by_kind(tmp_path):
    save(tmp_path / "a.png")
    for name in ("b.cr2", "c.HEIX", "d.cr2", "README", ".hidden"):
        (tmp_path / name).write_text("")
    passed_over = []
    assert len(plan_jobs([tmp_path], tmp_path / "out", passed_over)) == 1
    said = passed_over_in_words(passed_over, {".heix": "install it"})
    assert said == "4 files passed over: .cr2, without suffix, .heix (install it)"
    (tmp_path / "a.png").unlink()
    with pytest.raises(InputError, match=r"holds no images.*\(4 files passed over: \.cr2"):
        plan_jobs([tmp_path], tmp_path / "out")


@pytest.mark.parametrize("name", ["b.jpg", "b.TIFF", "new/b.png"])
def test_the_result_of_a_single_file_may_be_named(photos, tmp_path, name):
    assert plan_jobs([photos / "b.png"], tmp_path / name) == [
        Job(photos / "b.png", tmp_path / name)
    ]


@pytest.mark.parametrize("name", ["b", "version.2", "v1.0_results", "folder.png"])
def test_other_names_are_those_of_folders(photos, tmp_path, name):
    (tmp_path / "folder.png").mkdir()
    [job] = plan_jobs([photos / "b.png"], tmp_path / name)
    assert job.target == tmp_path / name / "b.png"


def test_a_named_result_is_for_one_file_that_can_be_written(photos, tmp_path):
    for inputs in ([photos], [photos / "a.PNG", photos / "b.png"], [photos / "*.png"]):
        with pytest.raises(InputError, match=r"out\.jpg: is the name of a file; expected a folder"):
            plan_jobs(inputs, tmp_path / "out.jpg")
    with pytest.raises(InputError, match=r"'\.gif'; name it \.png, or another of \.avif, \.bmp"):
        plan_jobs([photos / "b.png"], tmp_path / "out.gif")
    with pytest.raises(InputError, match="its result would take its place"):
        plan_jobs([photos / "b.png"], photos / "b.png")
