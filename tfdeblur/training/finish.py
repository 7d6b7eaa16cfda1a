"""What a complete run leaves: weights, curve, evaluation, pictures, an exported model."""

import shlex
import shutil
import sys
from pathlib import Path

import keras
import numpy as np

from tfdeblur.config import preset_names
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
    """Writes all that a complete run leaves to `workdir` and says what it is.

    Can be repeated: what is there is replaced by the same.

    Args:
      prepared: the run's `tfdeblur.training.loop.Prepared`, after its last step.
      workdir: the run's folder, a Path.
    """
    report = prepared.experiment.report
    write_training_curve(read_history(workdir / names.HISTORY), workdir / names.CURVE)
    model = _trained_network(prepared)
    save_weights(model, workdir / names.WEIGHTS)
    if prepared.validation_source is not None and report.evaluate_at_end:
        _evaluate(Deblurrer(model), prepared, workdir)
    elif prepared.validation_source is None:
        print("nothing evaluated: Experiment.validation_data names no held-out pairs")
    if report.export_at_end:
        export_saved_model(model, workdir / names.SAVED_MODEL)
        print(f"exported: {workdir / names.SAVED_MODEL}")
    # A network that is no preset is described by the run's own configuration.
    model_name = model.name if model.name in preset_names() else workdir / names.CONFIG
    command = [_program(), "deblur", f"--model={model_name}"]
    command += [f"--weights={workdir / names.WEIGHTS}", "--output=restored", "photo.jpg"]
    print(f"your own photo:\n  {shlex.join(command)}")


def _program():
    """How this program was called, if it was by its name: it may not be on the PATH."""
    return sys.argv[0] if Path(sys.argv[0]).name == "tfdeblur" else "tfdeblur"


def _trained_network(prepared):
    """A new network with the trained weights, or their average: in float32, on one device."""
    trained = prepared.model
    model = prepared.experiment.model(name=trained.name)
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
    for name, unit in (("psnr_db", " dB"), ("ssim_matlab3d", ""), ("ssim_gaussian", "")):
        before, after = summary[f"input_{name}"], summary[name]
        print(f"{name}: {before:.3f}{unit} blurred, {after:.3f}{unit} restored")
    write_before_and_after(deblurrer, prepared.validation_source, workdir / names.PICTURE)
    print(f"blurred, restored, sharp: {workdir / names.PICTURE}\nreport: {folder / 'report.html'}")


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
