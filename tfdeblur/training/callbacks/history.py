"""The training curve, as numbers and as a picture."""

import csv
import io

import keras

from tfdeblur.errors import InputError
from tfdeblur.training.workdir import write_text


class HistoryFile(keras.callbacks.Callback):
    """Adds a row per epoch to a CSV file: the step and all that is in the logs.

    Rows beyond the step that a run goes on from are left out: that part is run again.

    Args:
      path: of the CSV file.
      progress: the run's `Progress`.
    """

    def __init__(self, path, progress):
        super().__init__()
        self.path = path
        self.progress = progress
        self.rows = [row for row in read_history(path) if row["step"] <= progress.step]

    def on_epoch_end(self, epoch, logs=None):
        if self.progress.epoch_is_cut:
            return
        self.rows.append({"step": self.progress.step, **logs})
        write_text(self.path, _as_csv(self.rows))


def read_history(path):
    """The rows of a history file, as dicts from name to number; none if there is no file."""
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                {"step": int(row.pop("step")), **{k: float(v) for k, v in row.items() if v}}
                for row in csv.DictReader(file)
            ]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: no history of a run ({error}); move it away.") from error


def _as_csv(rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
