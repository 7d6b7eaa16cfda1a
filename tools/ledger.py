"""The experiment ledger: what the papers report and what was measured here.

experiments/paper_tables.csv holds one reported value a line; experiments/results.csv one
run a line, appended by `tools/record_result.py`; the headers of gin/papers say which file is
which row of a paper. This module reads all three, and decides when a run may be compared with a
paper at all.
"""

import csv
import re
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from tfdeblur.builders.pair_layout import FRAME_LIST, read_frame_list
from tfdeblur.config import config_dir
from tfdeblur.errors import InputError
from tfdeblur.system.atomic_write import atomic_write

PROJECT = Path(__file__).parent.parent
PAPER_TABLES = PROJECT / "experiments" / "paper_tables.csv"
RESULTS = PROJECT / "experiments" / "results.csv"

# The names of `tfdeblur.evaluation.scores` and of `tfdeblur.ops.image_range`, which would load
# Keras and TensorFlow to say them; a test holds them equal.
SSIMS = ("ssim_matlab3d", "ssim_gaussian", "ssim_skimage")
METRICS = ("psnr_db", *SSIMS)
SCORES = (*METRICS, *(f"input_{metric}" for metric in METRICS))
QUANTISATIONS = ("round", "floor", "float")

# What each promises; tools/record_result.py holds every line to it. The best comes first.
STATUSES = {
    "measured": "trained here as in the paper, all its steps, evaluated on the whole set",
    "official_weights": "the authors' weights, evaluated here",
    "partial": "trained here, otherwise than in the paper or evaluated on fewer images",
    "smoke": "shows that the commands work, and nothing about quality",
}
# The columns of results.csv that a paper can report, by the paper's metric.
COMPARED_METRICS = {"psnr": "psnr_db", "ssim_matlab3d": "ssim_matlab3d"}


_FIRST_LINE = re.compile(
    r'# \[(?P<paper>\w+)\] (?P<table>Table \d+), row "?(?P<row>.+?)"?: '
    r"PSNR (?P<psnr>[\d.]+) dB, SSIM (?P<ssim>[\d.]+)\. Parameters: (?P<parameters>[\d,]+)\.\n"
)


@dataclass(frozen=True)
class PaperValue:
    """One number of a paper, as printed."""

    paper: str
    table: str
    row: str
    metric: str
    value: str
    unit: str
    dataset: str  # NAME/SPLIT, of one video NAME/SPLIT#NUMBER; empty: of the network itself
    note: str

    @property
    def row_name(self):
        """What results.csv calls the row: "Zhang19/Table 1/DMPHN(1-2-4)"."""
        return f"{self.paper}/{self.table}/{self.row}"


@dataclass(frozen=True)
class Run:
    """One line of results.csv, all values as text; empty where there is none."""

    rows: str  # of paper tables, separated by "; "; empty if it is no paper's
    status: str
    config: str  # a preset, or a path below gin/
    config_sha256: str  # of its text, with the included files in their places
    git_revision: str  # with "-dirty" if the code was not committed
    dataset: str  # NAME/SPLIT, as in paper_tables.csv
    dataset_version: str  # empty for a folder of images
    pairs_sha256: str  # of the pixels that were evaluated
    num_images: str
    num_images_in_set: str  # of a published set
    seed: str
    steps: str
    paper_steps: str
    changes: str  # "NAME = VALUE; ...": what else was trained otherwise than in the config
    depth: str  # units of a stack that were run; empty is all
    quantisation: str
    psnr_db: str
    ssim_matlab3d: str
    ssim_gaussian: str
    ssim_skimage: str
    input_psnr_db: str  # of the blurred images, as the next three
    input_ssim_matlab3d: str
    input_ssim_gaussian: str
    input_ssim_skimage: str
    image_size: str  # WIDTHxHEIGHT of most images, to which the next line belongs
    runtime_ms_median: str  # of one image
    parameters: str
    multiply_adds: str
    weights_sha256: str
    precision: str
    device: str
    versions: str  # "keras 3.15.0; tensorflow 2.21.0"

    @property
    def row_names(self):
        """The paper's rows that this run reproduces."""
        return self.rows.split("; ") if self.rows else []

    @property
    def is_on_whole_set(self):
        """Whether no image of a published set is missing."""
        return self.num_images == self.num_images_in_set != ""

    def can_be_compared_with(self, value):
        """Whether the difference to a `PaperValue` means anything.

        The training must be the paper's or the authors' own, the images the same and all of
        them, and the metric defined alike.
        """
        return (
            self.status in ("measured", "official_weights")
            and self.is_on_whole_set
            and value.dataset == self.dataset
            and value.metric in COMPARED_METRICS
        )


@dataclass(frozen=True)
class PaperConfig:
    """What the header of a file says; tests/gin holds it to that."""

    path: str  # below gin/
    row_name: str  # as in the ledger: "Zhang19/Table 1/DMPHN(1-2-4)"
    psnr: str  # as reported, like the next
    ssim: str
    num_parameters: int


def read_paper_values(file=PAPER_TABLES):
    """All `PaperValue`s, in the papers' order."""
    return _read(file, PaperValue)


def read_runs(file=RESULTS):
    """All `Run`s, oldest first; none if there is no file yet."""
    return _read(file, Run) if Path(file).exists() else []


def read_paper_configs():
    """{row name: `PaperConfig`} of every file of a row below gin/papers."""
    configs = map(_read_header, sorted(config_dir().glob("papers/*/table*.gin")))
    return {config.row_name: config for config in configs}


def frames_of(dataset):
    """All "SEQUENCE/FRAME" of a published set "NAME/SPLIT"; none of any other."""
    name, _, split = dataset.partition("/")
    frame_list = PROJECT / "tfds_builders" / name / FRAME_LIST
    return read_frame_list(frame_list).get(split, []) if frame_list.is_file() else []


def append_run(run, file=RESULTS):
    """Adds a line; the file is replaced whole or stays as it was."""
    runs = [*read_runs(file), run]
    with atomic_write(file) as unfinished, unfinished.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_columns(Run))
        writer.writerows(astuple(r) for r in runs)


def _read(file, kind):
    with Path(file).open(newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        if reader.fieldnames != _columns(kind):
            raise InputError(
                f"Received the columns {reader.fieldnames} in {file}; "
                f"expected {_columns(kind)}. Repair the first line."
            )
        return [kind(**line) for line in reader]


def _read_header(file):
    found = _FIRST_LINE.match(file.read_text())
    if not found:
        raise ValueError(
            f"Received {file}; expected a first line like '# [Zhang19] Table 1, row DMPHN(1): "
            "PSNR 28.70 dB, SSIM 0.9131. Parameters: 1,808,131.'"
        )
    return PaperConfig(
        path=file.relative_to(config_dir()).as_posix(),
        row_name=f"{found['paper']}/{found['table']}/{found['row']}",
        psnr=found["psnr"],
        ssim=found["ssim"],
        num_parameters=int(found["parameters"].replace(",", "")),
    )


def _columns(kind):
    return [field.name for field in fields(kind)]
