"""A small evaluation on whichever backend Keras has."""

from tests.evaluation.small import deblurrer
from tfdeblur.data import folder_pairs
from tfdeblur.evaluation import evaluate


def summary_of_pairs(folders, output):
    """Evaluates pairs, {"blur_dir": ..., "sharp_dir": ...}, into a folder."""
    return evaluate(deblurrer(), folder_pairs(**folders), output)
