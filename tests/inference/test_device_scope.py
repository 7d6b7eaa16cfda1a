"""Devices by name."""

import keras
import numpy as np
import pytest

from tfdeblur import Deblurrer
from tfdeblur.errors import InputError
from tfdeblur.inference.device_scope import device_scope


@pytest.mark.parametrize("name", ["cpu", "CPU:0", None])
def test_what_is_there_is_used(name):
    with device_scope(name):
        assert "CPU:0" in keras.ops.convert_to_tensor([1.0]).device


@pytest.mark.parametrize("name", ["gpu:7", "cpu:x", "", "toaster"])
def test_what_is_not_there_is_refused(name):
    with pytest.raises(InputError, match=f"device '{name}'; expected one of cpu:0"):
        device_scope(name)


def test_a_network_runs_on_the_device_it_is_asked_to():
    image = np.full((5, 7, 3), 77, np.uint8)
    deblur = Deblurrer("dmsn_2_light", device="cpu")
    np.testing.assert_array_equal(deblur(image), Deblurrer(deblur.model)(image))
    with pytest.raises(InputError, match="gpu:7"):
        Deblurrer("dmsn_2_light", device="gpu:7")
