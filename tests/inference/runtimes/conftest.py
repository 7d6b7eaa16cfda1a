"""Exports that several tests need are made once."""

import pytest

from tfdeblur.exporting import onnx
from tfdeblur.weights.files import weights_sha256


@pytest.fixture(scope="package", autouse=True)
def _equal_exports_are_made_once():
    """Converting a graph takes seconds, and most tests here need that of the same networks."""
    exported, export = {}, onnx.export_onnx

    def export_once(model, path, *arguments, **options):
        # A configuration holds a name, which Keras counts up.
        network = (type(model), weights_sha256(model))
        key = (*network, arguments, tuple(sorted(options.items())))
        if key not in exported:
            export(model, path, *arguments, **options)
            exported[key] = path.read_bytes()
        path.write_bytes(exported[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnx, "export_onnx", export_once)
        yield
