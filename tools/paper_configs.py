"""The headers of gin/papers: which file is which row of a paper, and how large its network is."""

import re
from dataclasses import dataclass

from tfdeblur.config import config_dir

_FIRST_LINE = re.compile(r'# \[(\w+)\] (Table \d+), row "(.+)"\.\n')
_PARAMETERS = re.compile(r"^# Parameters: ([\d,]+)\.", re.MULTILINE)


@dataclass(frozen=True)
class PaperConfig:
    """What the header of a file says; tests/configs holds it to that."""

    path: str  # below gin/
    row_name: str  # as in the ledger: "Zhang19/Table 1/DMPHN(1-2-4)"
    num_parameters: int


def read_paper_configs():
    """{row name: `PaperConfig`} of every file of a row below gin/papers."""
    configs = map(_read, sorted(config_dir().glob("papers/*/table*.gin")))
    return {config.row_name: config for config in configs}


def _read(file):
    text = file.read_text()
    row, parameters = _FIRST_LINE.match(text), _PARAMETERS.search(text)
    if not (row and parameters):
        raise ValueError(
            f"Received {file}; expected the first line '# [PAPER] Table N, row \"NAME\".' "
            "and a line '# Parameters: N.'."
        )
    return PaperConfig(
        path=file.relative_to(config_dir()).as_posix(),
        row_name="/".join(row.groups()),
        num_parameters=int(parameters[1].replace(",", "")),
    )
