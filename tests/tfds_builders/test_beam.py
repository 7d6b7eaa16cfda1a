"""Apache Beam writes the records that one process writes."""

import pytest

from tests.builders.images import write_files, write_zip
from tests.tfds_builders.preparing import files_of, prepare, stored_records
from tfdeblur.tfds_builders import gopro, su2017, synthetic_blur

pytest.importorskip("apache_beam", reason="needs the extra `beam`")

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("packed", [False, True])
def test_records_and_records_order_are_the_same(tmp_path, packed):
    builder_class, folder = gopro.Builder, "GOPRO_Large"
    frames = {
        split: names[:12] for split, names in builder_class(data_dir=tmp_path).frames().items()
    }
    files = {f"{folder}/{p}": d for p, d in files_of(builder_class.LAYOUTS[0], frames).items()}
    if packed:
        write_zip(tmp_path / f"{folder}.zip", files)
    else:
        write_files(tmp_path, files)
    plain, on_beam = (
        prepare(builder_class, tmp_path / name, tmp_path, runner, allow_partial=True)
        for name, runner in (("plain", None), ("beam", "DirectRunner"))
    )
    assert stored_records(plain) == stored_records(on_beam)
    assert len(stored_records(plain)["train"]) == 12
    assert dict(plain.info.metadata) == dict(on_beam.info.metadata)
    for path in plain.data_path.glob("*.tfrecord*"):
        assert path.read_bytes() == (on_beam.data_path / path.name).read_bytes()


def test_beam_is_really_used(tmp_path, monkeypatch):
    builder = su2017.Builder(data_dir=tmp_path, allow_partial=True)
    dummy_data = builder.pkg_dir_path / "dummy_data"
    plain = prepare(su2017.Builder, tmp_path / "plain", dummy_data, allow_partial=True)
    monkeypatch.setattr("apache_beam.Create", None)
    with pytest.raises(TypeError, match="'NoneType' object is not callable"):
        prepare(su2017.Builder, tmp_path / "beam", dummy_data, "DirectRunner", allow_partial=True)
    assert plain.info.splits.total_num_examples == 3


def test_synthetic_pairs_are_the_same(tmp_path):
    config = synthetic_blur.SyntheticBlurConfig(name="s", size=64, train_pairs=1, test_pairs=1)
    plain, on_beam = (
        prepare(synthetic_blur.Builder, tmp_path / name, tmp_path, runner, config=config)
        for name, runner in (("plain", None), ("beam", "DirectRunner"))
    )
    assert plain.info.splits.total_num_examples == 12
    assert stored_records(plain) == stored_records(on_beam)
