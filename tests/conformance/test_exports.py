"""Every network in every format, loaded afresh, computes what the Keras model computes."""

import pytest

from tests.conformance.test_coverage_of_cases import MODELS
from tfdeblur.exporting.checked_export import FORMATS, export_checked

# Less than one size of patches and several of them; neither is a multiple of anything.
SHAPES = ((1, 9, 7), (3, 33, 21))


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("case", MODELS.values(), ids=MODELS.keys())
def test_an_export_equals_the_model(case, format_name, tmp_path):
    for module in {"onnx": ("tf2onnx", "onnxruntime"), "litert": ("ai_edge_litert",)}.get(
        format_name, ()
    ):
        pytest.importorskip(module)
    options = {} if format_name == "saved_model" else {"input_type": "float"}
    found = export_checked(
        case.build(), tmp_path / "network", format_name, shapes=SHAPES, **options
    )
    for parity in found:
        # Also relative to the outputs, which are small where weights are new.
        assert parity.float_difference <= 1e-5 * max(1, parity.largest_output)
        assert parity.largest_output > 0.1
