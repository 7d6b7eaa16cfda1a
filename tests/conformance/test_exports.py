"""Every class of networks in every format, loaded afresh, equals the Keras model."""

import pytest

from tests.conformance.cases import built
from tests.conformance.test_coverage_of_cases import MODELS
from tfdeblur.exporting.checked_export import FORMATS, export_checked
from tfdeblur.models import DMPHN, DMSN, PSSNSC, VMPHN, ResidualUNet, Stack


def _dmphn(levels):
    return DMPHN(levels, filters=(4, 4, 4), blocks_per_stage=1)


# As few operations as show all kinds of them: converting a graph takes seconds.
NETWORKS = {
    "DMPHN": lambda: _dmphn((1, 2, 4)),
    "Stack": lambda: Stack(_dmphn((1, 2)), num_units=2),
    "VMPHN": lambda: VMPHN((1, 2)),
    "DMSN": lambda: DMSN(num_scales=2),
    "PSSNSC": lambda: PSSNSC(num_scales=2, units=1, filters=(4, 6)),
    "ResidualUNet": lambda: ResidualUNet(
        (4, 6), encoder_blocks=(1,), middle_blocks=1, decoder_blocks=(1,)
    ),
}

# Less than one size of patches and several of them; neither is a multiple of anything.
SHAPES = ((1, 9, 7), (3, 33, 21))

MODULES = {"saved_model": "tensorflow", "onnx": "tf2onnx", "litert": "ai_edge_litert"}


def test_every_class_of_networks_is_here():
    assert set(NETWORKS) == {type(case.make()).__name__ for case in MODELS.values()}


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", NETWORKS)
def test_an_export_equals_the_model(name, format_name, tmp_path):
    pytest.importorskip(MODULES[format_name])
    options = {} if format_name == "saved_model" else {"input_type": "float"}
    model = built(NETWORKS[name]())
    found = export_checked(model, tmp_path / "network", format_name, shapes=SHAPES, **options)
    for parity in found:
        assert parity.float_difference <= 1e-5 * max(1, parity.largest_output)
        assert parity.largest_output > 0.1
