"""Every class of networks in every format, loaded afresh, equals the Keras model."""

import pytest

from tests.conformance.test_coverage_of_cases import MODELS
from tests.support.networks import FAMILIES, network
from tfdeblur.exporting.checked_export import FORMATS, export_checked
from tfdeblur.models import Stack

pytestmark = pytest.mark.slow

# Stacks are exported in tests/exporting.
NETWORKS = ("dmphn_ws", "vmphn", "dmsn", "pss_nsc", "residual_unet", "nafnet", "nafnet_local")

# Less than one size of patches and several of them; neither is a multiple of anything.
SHAPES = ((1, 9, 7), (3, 33, 21))

MODULES = {"saved_model": "tensorflow", "onnx": "tf2onnx", "litert": "ai_edge_litert"}


def test_every_class_of_networks_is_here():
    exported = {type(FAMILIES[name]()) for name in NETWORKS}
    assert exported | {Stack} == {type(case.make()) for case in MODELS.values()}


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", NETWORKS)
def test_an_export_equals_the_model(name, format_name, tmp_path):
    pytest.importorskip(MODULES[format_name])
    options = {} if format_name == "saved_model" else {"input_type": "float"}
    found = export_checked(
        network(name), tmp_path / "network", format_name, shapes=SHAPES, **options
    )
    for parity in found:
        assert parity.float_difference <= 1e-5 * max(1, parity.largest_output)
        assert parity.largest_output > 0.1
