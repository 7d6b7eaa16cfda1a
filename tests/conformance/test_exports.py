"""Every class of networks in every format, loaded afresh, computes what the Keras model computes."""

import pytest

from tests.conformance.test_coverage_of_cases import MODELS
from tfdeblur.exporting.checked_export import FORMATS, export_checked

# The first case of each class: converting graphs is slow, and others differ in numbers only.
NETWORKS = {type(case.make()).__name__: case for case in reversed(MODELS.values())}

# Less than one size of patches and several of them; neither is a multiple of anything.
SHAPES = ((1, 9, 7), (3, 33, 21))

MODULES = {"saved_model": "tensorflow", "onnx": "tf2onnx", "litert": "ai_edge_litert"}


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("case", NETWORKS.values(), ids=NETWORKS.keys())
def test_an_export_equals_the_model(case, format_name, tmp_path):
    pytest.importorskip(MODULES[format_name])
    options = {} if format_name == "saved_model" else {"input_type": "float"}
    model = case.build()
    found = export_checked(model, tmp_path / "network", format_name, shapes=SHAPES, **options)
    for parity in found:
        assert parity.float_difference <= 1e-5 * max(1, parity.largest_output)
        assert parity.largest_output > 0.1
