"""A missing extra is named, with the command that installs it."""

import pytest

from tfdeblur.errors import InputError
from tfdeblur.system.extras import require_extra


def test_what_is_installed_is_not_mentioned():
    require_extra("test", ("pytest", "numpy"), "Testing")


def test_what_is_missing_is_named_in_one_line():
    with pytest.raises(InputError) as error:
        require_extra("onnx", ("numpy", "no_such_module"), "ONNX")
    message = str(error.value)
    assert message.startswith("ONNX needs no_such_module, ")
    assert "pip install 'tfdeblur[onnx]'" in message
    assert "\n" not in message
