"""The headers of gin/papers: which file is which row of a paper, and how large its network is."""

import re
from dataclasses import dataclass

from tfdeblur.config import config_dir

_FIRST_LINE = re.compile(
    r'# \[(?P<paper>\w+)\] (?P<table>Table \d+), row "?(?P<row>.+?)"?: '
    r"PSNR (?P<psnr>[\d.]+) dB, SSIM (?P<ssim>[\d.]+)\. Parameters: (?P<parameters>[\d,]+)\.\n"
)


@dataclass(frozen=True)
class PaperConfig:
    """What the header of a file says; tests/gin holds it to that."""

    path: str  # below gin/
    row_name: str  # as in the ledger: "Zhang19/Table 1/DMPHN(1-2-4)"
    psnr: str  # as reported, like the next
    ssim: str
    num_parameters: int


def read_paper_configs():
    """{row name: `PaperConfig`} of every file of a row below gin/papers."""
    configs = map(_read, sorted(config_dir().glob("papers/*/table*.gin")))
    return {config.row_name: config for config in configs}


def _read(file):
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
