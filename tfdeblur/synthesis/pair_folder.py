"""A folder of pairs: `input/` and `target/` with the same file names, and its report.

The report has a line for each pair, written or not, with the measurements and the
reason. It is also how a later run knows which files are its own to replace; until it is
there, a journal says so.
"""

import csv
import json
from pathlib import Path

from tfdeblur.errors import InputError
from tfdeblur.images.photo import Photo
from tfdeblur.images.writer import write_image
from tfdeblur.system.atomic_write import atomic_write, unfinished_path

BLURRED, SHARP = "input", "target"
REPORT = "report.csv"
CONTACT_SHEET = "contact_sheet.png"

# Names of the pairs that a run without a report, because it was killed, has begun to write.
_JOURNAL = ".begun.txt"


class PairFolder:
    """Writes pairs to `path` and keeps their report.

    Args:
      path: the folder; made if it does not exist.
      measurements: names of what is measured on each pair, columns of the report.
      overwrite: whether to replace the pairs of an earlier run. Files that no report
        names are never touched.

    Raises:
      InputError: when the folder is not empty and `overwrite` is False, or is a file.
    """

    def __init__(self, path, measurements, overwrite=False):
        self.path = Path(path)
        self.columns = ["pair", "source", "num_frames", "middle_frame", "accepted", "reason"]
        self.columns += measurements
        self.rows = []
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"{self.path}: expected a directory for the pairs; this is a file.")
        if self.path.is_dir() and any(self.path.iterdir()):
            if not overwrite:
                raise InputError(
                    f"{self.path}: the folder is not empty; choose another, or overwrite the pairs "
                    "of an earlier run."
                )
            self._remove_earlier()
        for side in (BLURRED, SHARP):
            (self.path / side).mkdir(parents=True, exist_ok=True)

    def files(self, name):
        """The (blurred, sharp) files of the pair `name`."""
        return tuple(self.path / side / f"{name}.png" for side in (BLURRED, SHARP))

    @property
    def accepted(self):
        """Names of the pairs that were written, in order."""
        return [row["pair"] for row in self.rows if row["accepted"] == "yes"]

    def add(self, name, source, num_frames, pair):
        """Writes an `AveragedPair` unless it was rejected: both images or neither."""
        if not pair.rejections:
            self._write(name, pair)
        self.rows.append(
            {
                "pair": name,
                "source": source,
                "num_frames": num_frames,
                "middle_frame": pair.middle_index,
                "accepted": "no" if pair.rejections else "yes",
                "reason": "; ".join(pair.rejections),
                **{key: f"{value:.3f}" for key, value in pair.measured.items()},
            }
        )

    def add_failure(self, source, error):
        """Reports that `source` could not be read to its end."""
        self.rows.append({"source": source, "accepted": "no", "reason": str(error)})

    def write_report(self):
        with (
            atomic_write(self.path / REPORT) as unfinished,
            unfinished.open("w", newline="") as file,
        ):
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            writer.writerows(self.rows)
        (self.path / _JOURNAL).unlink(missing_ok=True)

    def _write(self, name, pair):
        blurred, sharp = self.files(name)
        for file in (blurred, sharp):
            if file.exists():
                raise InputError(
                    f"{file}: exists already and is of no earlier run; move it away or choose "
                    "another output."
                )
        with (self.path / _JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(name) + "\n")
        try:
            write_image(blurred, Photo(pair.blur))
            write_image(sharp, Photo(pair.sharp))
        except BaseException:
            blurred.unlink(missing_ok=True)
            sharp.unlink(missing_ok=True)
            raise

    def _remove_earlier(self):
        for name in self._earlier_names():
            # A report is a file like any other: it must not name files elsewhere.
            if name and Path(name).name == name:
                for image in self.files(name):
                    image.unlink(missing_ok=True)
                    unfinished_path(image).unlink(missing_ok=True)
        for name in (REPORT, CONTACT_SHEET, _JOURNAL):
            (self.path / name).unlink(missing_ok=True)

    def _earlier_names(self):
        names = []
        report, journal = self.path / REPORT, self.path / _JOURNAL
        if report.is_file():
            with report.open(newline="") as file:
                names += [row.get("pair") for row in csv.DictReader(file)]
        if journal.is_file():
            names += _names_in(journal.read_text(encoding="utf-8"))
        return names


def _names_in(journal):
    """JSON strings, one a line: names may hold what ends a line, or be no UTF-8."""
    names = []
    for line in journal.split("\n"):
        try:
            name = json.loads(line)
        except ValueError:  # the last, cut off
            continue
        if isinstance(name, str):
            names.append(name)
    return names
