"""What a complete run leaves: weights, curve, evaluation, pictures, an exported model."""

import shutil

import keras
import numpy as np

from tfdeblur.evaluation import evaluate
from tfdeblur.evaluation.journal import OtherEvaluationError
from tfdeblur.evaluation.pairs import evenly_spread, read_pairs
from tfdeblur.exporting.saved_model import export_saved_model
from tfdeblur.images.photo import Photo
from tfdeblur.images.writer import write_image
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.training import workdir as names
from tfdeblur.training.averaging import averaged_weights
from tfdeblur.training.callbacks.history import read_history
from tfdeblur.training.training_curve import write_training_curve
from tfdeblur.weights.files import save_weights

# Of the before-and-after picture.
_NUM_ROWS = 4


def finish(prepared, workdir):
    """Writes all that a complete run leaves to `workdir`.

    Can be repeated: what is there is replaced by the same.

    Args:
      prepared: the run's `tfdeblur.training.loop.Prepared`, after its last step.
      workdir: the run's folder, a Path.

    Returns:
      Lines of text that say what was reached and where it lies.
    """
    report = prepared.experiment.report
    write_training_curve(read_history(workdir / names.HISTORY), workdir / names.CURVE)
    model = _trained_network(prepared)
    save_weights(model, workdir / names.WEIGHTS)
    lines = [f"weights: {workdir / names.WEIGHTS}"]
    if prepared.validation_source is not None and report.evaluate_at_end:
        lines += _evaluate(Deblurrer(model), prepared, workdir)
    elif prepared.validation_source is None:
        lines += ["nothing evaluated: Experiment.validation_data names no held-out pairs"]
    if report.export_at_end:
        export_saved_model(model, workdir / names.SAVED_MODEL)
        lines += [f"exported: {workdir / names.SAVED_MODEL}"]
    return lines


def _trained_network(prepared):
    """A new network with the trained weights, or their average: in float32, on one device."""
    trained = prepared.model
    model = prepared.experiment.unbuilt_network()
    model.build((None, None, None, prepared.experiment.num_channels))
    with averaged_weights(trained):
        model.set_weights([keras.ops.convert_to_numpy(weight) for weight in trained.weights])
    return model


def _evaluate(deblurrer, prepared, workdir):
    # A run that is later made longer has another evaluation.
    folder = workdir / names.EVALUATION / f"step_{prepared.experiment.run.steps:09d}"
    try:
        summary = evaluate(deblurrer, prepared.validation_source, folder)
    except OtherEvaluationError:
        # Of other weights, pairs or versions, before something was changed.
        summary = evaluate(deblurrer, prepared.validation_source, folder, overwrite=True)
    shutil.copyfile(folder / names.SUMMARY, workdir / names.SUMMARY)
    write_before_and_after(deblurrer, prepared.validation_source, workdir / names.PICTURE)
    scores = []
    for name, unit in (("psnr_db", " dB"), ("ssim_matlab3d", ""), ("ssim_gaussian", "")):
        before, after = summary[f"input_{name}"], summary[name]
        scores.append(f"{name}: {before:.3f}{unit} blurred, {after:.3f}{unit} restored")
    return [
        *scores,
        f"blurred, restored, sharp: {workdir / names.PICTURE}",
        f"report: {folder / 'report.html'}",
    ]


def write_before_and_after(deblurrer, source, path):
    """Writes a picture with a row of blurred, restored and sharp image for some pairs.

    Args:
      deblurrer: a `Deblurrer`.
      source: `PairSource`; the pairs are evenly spread over it.
      path: of a PNG file.
    """
    rows = [
        np.concatenate([pair["blur"], deblurrer(pair["blur"]), pair["sharp"]], axis=1)
        for pair in read_pairs(source, evenly_spread(source, _NUM_ROWS))
    ]
    # Pictures of other sizes would not line up.
    alike = [row for row in rows if row.shape == rows[0].shape]
    write_image(path, Photo(np.concatenate(alike)))
