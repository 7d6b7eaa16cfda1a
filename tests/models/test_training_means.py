"""What `fit` shows beside the loss, against NumPy, and the network of the quick start."""

import keras
import numpy as np
import pytest

from tests.training.tiny import compiled, random_pairs, tiny_dmphn
from tfdeblur.models import DMPHN, PSSNSC
from tfdeblur.models.training_means import TrainingMeans


def psnr_db(images, sharp):
    errors = np.square(np.asarray(images, np.float64) - sharp).mean(axis=(1, 2, 3))
    return np.mean(10 * np.log10(1 / errors))


def test_psnr_of_outputs_and_inputs():
    model = compiled()
    blur, sharp = random_pairs()
    shown = model.evaluate(blur, sharp, verbose=0, return_dict=True)
    restored = np.clip(model(blur)[-1], 0, 1)
    assert shown["psnr_db"] == pytest.approx(psnr_db(restored, sharp), abs=1e-3)
    assert shown["input_psnr_db"] == pytest.approx(psnr_db(blur, sharp), abs=1e-3)
    # One output: its error is the loss.
    assert not any(name.startswith("loss_") for name in shown)


def test_each_of_several_outputs_is_shown():
    model = PSSNSC(num_scales=3, filters=(4, 6), units=1)
    model.build((None, None, None, 1))
    model.compile("sgd")
    blur, sharp = (side[..., :1] for side in random_pairs(size=16))
    shown = model.evaluate(blur, sharp, verbose=0, return_dict=True)
    terms = [float(term) for term in model.training_loss.terms(model(blur), sharp)]
    assert [shown[f"loss_{scale}"] for scale in (1, 2, 3)] == pytest.approx(terms, rel=1e-4)
    assert shown["loss"] == pytest.approx(sum(terms), rel=1e-4)


def test_equal_images_do_not_make_a_mean_infinite():
    means = TrainingMeans(1)
    black = np.zeros((1, 8, 8, 3), np.float32)
    means.update(black, black, [black], [0.0])
    means.update(black + 0.1, black, [black + 0.1], [0.0])
    restored, blurred = (float(metric.result()) for metric in means.metrics)
    assert restored == blurred == pytest.approx((100 + 20) / 2, rel=1e-5)


def test_they_are_no_part_of_the_network(tmp_path):
    model = compiled()
    model.evaluate(*random_pairs(), verbose=0)
    assert len(model.variables) == len(tiny_dmphn().variables)
    model.save_weights(tmp_path / "a.weights.h5")


@pytest.mark.parametrize("weight_sharing", [False, True])
@pytest.mark.parametrize("levels", [(1,), (1, 2), (1, 2, 4)])
def test_a_global_skip_begins_near_the_identity(rng, levels, weight_sharing):
    """Exactly the identity while nothing of level 1 has been learnt, trainable all the same."""
    arguments = {"filters": (4, 4, 4), "blocks_per_stage": 1, "weight_sharing": weight_sharing}
    model = DMPHN(levels, global_skip=True, **arguments)
    blur = rng.random((2, 32, 16, 3), np.float32)
    np.testing.assert_allclose(model(blur)[-1], blur, atol=1e-6)
    model.compile(keras.optimizers.SGD(1.0))
    sharp = rng.random(blur.shape, np.float32)
    before = model.evaluate(blur, sharp, verbose=0, return_dict=True)["loss"]
    for _ in range(3):
        model.train_on_batch(blur, sharp)
    assert model.evaluate(blur, sharp, verbose=0, return_dict=True)["loss"] < before
    assert np.abs(model(blur)[-1] - blur).max() > 1e-4


def test_without_a_skip_a_network_begins_elsewhere(rng):
    blur = rng.random((1, 8, 8, 3), np.float32)
    assert np.abs(tiny_dmphn()(blur)[-1] - blur).max() > 0.1


def test_small_networks_survive_their_own_configuration(rng):
    model = DMPHN((1, 2), filters=(4, 6, 8), blocks_per_stage=1, global_skip=True)
    model.build((None, None, None, 3))
    again = DMPHN.from_config(model.get_config())
    again.build((None, None, None, 3))
    assert again.get_config() == model.get_config()
    assert [v.shape for v in again.variables] == [v.shape for v in model.variables]
    again.set_weights(model.get_weights())
    blur = rng.random((1, 8, 8, 3), np.float32)
    np.testing.assert_allclose(again(blur)[-1], model(blur)[-1], atol=1e-6)


def test_defaults_are_the_papers():
    config = DMPHN().get_config()
    assert (config["filters"], config["blocks_per_stage"]) == ((32, 64, 128), 2)
    assert not config["global_skip"]
