"""What a complete run leaves: weights, curve, evaluation, pictures, an exported model."""

import json
import shutil

import numpy as np

from tfdeblur.config import preset_of
from tfdeblur.data import evaluation_pairs
from tfdeblur.evaluation import evaluate
from tfdeblur.images.writer import write_image
from tfdeblur.images.photo import Photo
from tfdeblur.inference.engine import Deblurrer
from tfdeblur.inference.saved_model import export_saved_model
from tfdeblur.training import workdir as names
from tfdeblur.training.averaging import averaged_weights
from tfdeblur.training.callbacks.history import read_history
from tfdeblur.training.training_curve import write_training_curve
from tfdeblur.weights.files import save_weights

_NUM_PICTURES = 4


def finish(prepared, workdir):
    """Writes all that a complete run leaves to `workdir` and says what it is.

    Can be repeated: what is there is replaced by the same.

    Args:
      prepared: the run's `tfdeblur.training.loop.Prepared`, after its last step.
      workdir: the run's folder, a Path.
    """
    report = prepared.experiment.report
    model = prepared.model
    write_training_curve(read_history(workdir / names.HISTORY), workdir / names.CURVE)
    with averaged_weights(model):
        save_weights(model, workdir / names.WEIGHTS)
        if prepared.validation_source is not None and report.evaluate_at_end:
            _evaluate(prepared, workdir)
        if report.export_at_end:
            export_saved_model(model, workdir / names.SAVED_MODEL)
            print(f"exported: {workdir / names.SAVED_MODEL}")
    model_name = preset_of(model) or workdir / names.CONFIG
    print(
        "your own photo:\n"
        f"  tfdeblur deblur --model={model_name} --weights={workdir / names.WEIGHTS} "
        "--output=restored photo.jpg"
    )


def _evaluate(prepared, workdir):
    deblurrer = Deblurrer(prepared.model)
    folder = workdir / names.EVALUATION
    summary = evaluate(deblurrer, prepared.validation_source, folder)
    shutil.copyfile(folder / names.SUMMARY, workdir / names.SUMMARY)
    for name, unit in (("psnr_db", " dB"), ("ssim_matlab3d", ""), ("ssim_gaussian", "")):
        before, after = summary[f"input_{name}"], summary[name]
        print(f"{name}: {before:.3f}{unit} blurred, {after:.3f}{unit} restored")
    write_before_and_after(deblurrer, prepared.validation_source, workdir / names.PICTURE)
    print(f"pictures: {workdir / names.PICTURE}, all images: {folder / 'report.html'}")
