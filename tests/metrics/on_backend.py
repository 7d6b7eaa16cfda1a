"""All metrics inside a compiled step, on whichever backend Keras has."""

import keras

from tests.metrics.pairs import blurred_pairs
from tfdeblur.metrics import PSNR, SSIMGaussian, SSIMMatlab3d, SSIMSkimage


def compiled_metrics():
    """{name: mean over two images} from `evaluate` of a model that changes nothing."""
    blurred, sharp = blurred_pairs()
    model = keras.Sequential([keras.layers.Input((None, None, 3)), keras.layers.Identity()])
    metrics = [PSNR(), SSIMMatlab3d(), SSIMGaussian(), SSIMSkimage()]
    model.compile(loss="mse", metrics=metrics)
    values = model.evaluate(blurred, sharp, batch_size=1, verbose=0, return_dict=True)
    return {metric.name: values[metric.name] for metric in metrics}
