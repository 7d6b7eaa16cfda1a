"""`compile(optimizer)` and `fit` train every network with its own loss, on both backends."""

import keras
import numpy as np
import pytest

from tests.models.fit_on_backend import NETWORKS, losses_of_all
from tests.support.commands import on_jax
from tfdeblur.losses import Charbonnier, MultiScaleMSE, NegativePSNR, OutputLoss
from tfdeblur.models import DMPHN, DMSN
from tfdeblur.ops.pyramid import averaged_pyramid
from tfdeblur.weights.files import load_weights, save_weights


@pytest.fixture(scope="module")
def jax_losses():
    return on_jax(losses_of_all)


@pytest.fixture(scope="module")
def tensorflow_losses():
    return losses_of_all()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_step_lowers_the_loss(name, tensorflow_losses):
    before, during, after = tensorflow_losses[name]
    assert during == pytest.approx(before, rel=1e-5)
    assert after < before


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_jax_trains_as_tensorflow_does(name, jax_losses, tensorflow_losses):
    assert jax_losses[name] == pytest.approx(tensorflow_losses[name], rel=1e-4)


def test_training_loss_can_be_replaced(rng):
    class TowardsBlack(OutputLoss):
        def targets(self, sharp, num_outputs):
            return [keras.ops.zeros_like(sharp)] * num_outputs

    model = DMPHN((1,))
    model.training_loss = TowardsBlack()
    model.compile("sgd")
    blur = rng.random((1, 8, 8, 3), np.float32)
    expected = np.mean(np.square(model(blur)[-1]))
    measured = model.evaluate(blur, blur, verbose=0, return_dict=True)
    assert measured["loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "loss",
    [Charbonnier(0.5), NegativePSNR(1e-3, multi_scale=True), MultiScaleMSE(averaged_pyramid)],
    ids=lambda loss: type(loss).__name__,
)
def test_a_training_loss_is_saved_with_the_network(loss, tmp_path):
    model = DMSN(2, filters=(4, 4), blocks_per_stage=1)
    model.build((None, None, None, 3))
    assert "training_loss" not in model.get_config()  # that of the paper need not be
    save_weights(model, tmp_path / "a.weights.h5")
    model.training_loss = loss
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert type(again.training_loss) is type(loss)
    assert vars(again.training_loss) == vars(loss)
    # Weights are those of the network, whatever it was trained by.
    load_weights(again, tmp_path / "a.weights.h5")


def test_loss_of_compile_is_refused_rather_than_ignored(rng):
    model = DMPHN((1,))
    model.compile("sgd", loss="mae")
    images = rng.random((1, 8, 8, 3), np.float32)
    with pytest.raises(ValueError, match=r"Received loss=mae in compile.*Assign `training_loss`"):
        model.evaluate(images, images, verbose=0)


def test_sample_weights_are_refused_rather_than_ignored(rng):
    model = DMPHN((1,))
    images = rng.random((1, 8, 8, 3), np.float32)
    with pytest.raises(ValueError, match=r"Received .*sample_weight=.*expected neither"):
        model.compute_loss(y=images, y_pred=[images], sample_weight=np.ones(1))
