"""Importing is all or nothing, and says everything that does not fit."""

import keras
import numpy as np
import pytest

from tests.reference.torch_files import write_release
from tests.weights.importers.test_dmphn_release import built, release_arrays
from tfdeblur.errors import InputError
from tfdeblur.models import PSSNSC, DeblurringModel
from tfdeblur.weights import import_release


def test_all_problems_are_listed_and_the_model_is_left_as_it_was(rng, tmp_path):
    arrays = release_arrays(rng, num_levels=1)
    del arrays["encoder_lv1.pkl:layer1.bias"], arrays["decoder_lv1.pkl:layer24.weight"]
    arrays["encoder_lv1.pkl:layer99.weight"] = np.ones((1, 1, 1, 1), "<f4")
    arrays["encoder_lv1.pkl:layer5.weight"] = np.ones((64, 32, 5, 5), "<f4")
    arrays["encoder_lv1.pkl:layer5.bias"][3] = np.nan
    write_release(tmp_path, arrays)
    model = built((1,))
    before = [keras.ops.convert_to_numpy(variable).copy() for variable in model.variables]
    with pytest.raises(InputError) as error:
        import_release(model, tmp_path)
    *listing, summary = str(error.value).splitlines()
    assert [line.strip() for line in listing] == [
        "missing: decoder_lv1.pkl:layer24.weight",
        "missing: encoder_lv1.pkl:layer1.bias",
        "not finite: encoder_lv1.pkl:layer5.bias holds NaN or infinity",
        "unexpected: encoder_lv1.pkl:layer99.weight",
        "wrong shape: encoder_lv1.pkl:layer5.weight is (5, 5, 32, 64), expected (3, 3, 32, 64)",
    ]
    assert "5 differences" in summary
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)


def test_files_of_another_release_are_named(rng, tmp_path):
    write_release(tmp_path / "dmphn", release_arrays(rng, num_levels=1))
    (tmp_path / "deblur_model.index").touch()
    with pytest.raises(InputError, match=r"deblur_model: holds the PSS-NSC release .* DMPHN takes"):
        import_release(built((1,)), tmp_path / "deblur_model")
    with pytest.raises(InputError, match=r"dmphn: holds the DMPHN release .* PSSNSC takes"):
        import_release(PSSNSC(), str(tmp_path / "dmphn"))


def test_a_family_without_a_release_is_refused(tmp_path):
    with pytest.raises(InputError, match="DeblurringModel"):
        import_release(DeblurringModel(), tmp_path)
