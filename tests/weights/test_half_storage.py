"""Files of half the size that give nearly the same network."""

import keras
import numpy as np
import pytest

from tests.weights.importers.test_dmphn_release import built
from tfdeblur.errors import InputError
from tfdeblur.models import DMPHN
from tfdeblur.weights.files import load_weights, save_weights
from tfdeblur.weights.half_storage import store_in_half


def test_half_the_bytes_and_every_value_rounded(tmp_path):
    network = built((1,))
    save_weights(network, tmp_path / "full.weights.h5")
    store_in_half(tmp_path / "full.weights.h5", tmp_path / "half.weights.h5")
    sizes = [(tmp_path / f"{name}.weights.h5").stat().st_size for name in ("half", "full")]
    assert sizes[0] < 0.55 * sizes[1]
    again = built((1,))
    load_weights(again, tmp_path / "half.weights.h5")
    for one, other in zip(network.variables, again.variables, strict=True):
        assert other.dtype == "float32"
        np.testing.assert_array_equal(other, one.numpy().astype(np.float16).astype(np.float32))


def test_the_file_knows_its_network(tmp_path):
    save_weights(built((1,)), tmp_path / "full.weights.h5")
    store_in_half(tmp_path / "full.weights.h5", tmp_path / "half.weights.h5")
    with pytest.raises(InputError, match="received weights of DMPHN"):
        load_weights(built((1, 1)), tmp_path / "half.weights.h5")


def test_the_optimizer_is_left_out(tmp_path):
    model = DMPHN((1,), filters=(4, 4, 4), blocks_per_stage=1)
    model.compile("adam")
    x = keras.ops.ones((1, 8, 8, 3))
    model.fit(x, x, verbose=0)
    save_weights(model, tmp_path / "full.weights.h5", with_optimizer=True)
    store_in_half(tmp_path / "full.weights.h5", tmp_path / "half.weights.h5")
    plain = DMPHN((1,), filters=(4, 4, 4), blocks_per_stage=1)
    plain.build((None, None, None, 3))
    load_weights(plain, tmp_path / "half.weights.h5")
    np.testing.assert_allclose(plain(x)[0], model(x)[0], atol=1e-3)


@pytest.mark.parametrize("content", [None, b"no weights"])
def test_a_source_that_is_no_weight_file(tmp_path, content):
    source = tmp_path / "full.weights.h5"
    if content:
        source.write_bytes(content)
    with pytest.raises(InputError, match="expected a weight file"):
        store_in_half(source, tmp_path / "half.weights.h5")
    assert not (tmp_path / "half.weights.h5").exists()


def test_values_beyond_float16_are_refused_and_nothing_is_written(tmp_path):
    network = built((1,))
    network.variables[0].assign(network.variables[0] + 70_000)
    save_weights(network, tmp_path / "full.weights.h5")
    with pytest.raises(InputError, match="does not fit into float16"):
        store_in_half(tmp_path / "full.weights.h5", tmp_path / "half.weights.h5")
    assert not (tmp_path / "half.weights.h5").exists()
