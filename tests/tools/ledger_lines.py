"""Lines of the ledger for tests; none of their numbers was measured."""

import dataclasses

from tools.ledger import PaperValue, Run
from tools.record_result import config_sha256

CONFIG = "dmphn_1_2_4"
ROW = "Zhang19/Table 1/DMPHN(1-2-4)"

MEASURED = Run(
    rows=ROW,
    status="measured",
    config=CONFIG,
    config_sha256=config_sha256(CONFIG),
    git_revision="0" * 40,
    dataset="gopro/test",
    dataset_version="gopro/blur/1.0.0",
    pairs_sha256="e" * 64,
    num_images="1111",
    num_images_in_set="1111",
    seed="1",
    steps="1000",
    paper_steps="1000",
    changes="",
    depth="",
    quantisation="round",
    psnr_db="30.1100",
    ssim_matlab3d="0.9300",
    ssim_gaussian="0.9000",
    ssim_skimage="0.8900",
    input_psnr_db="25.6400",
    input_ssim_matlab3d="0.8500",
    input_ssim_gaussian="0.7800",
    input_ssim_skimage="0.7600",
    image_size="1280x720",
    runtime_ms_median="10.5000",
    parameters="5424393",
    multiply_adds="",
    weights_sha256="f" * 64,
    precision="float32",
    device="CPU",
    versions="keras 3.15.0; tensorflow 2.21.0",
)


def changed(**columns):
    """`MEASURED` with other values in some columns."""
    return dataclasses.replace(MEASURED, **columns)


def official(**columns):
    """A run of the authors' weights on 4 images."""
    defaults = {"status": "official_weights", "num_images": "4", "seed": "", "steps": ""}
    return changed(paper_steps="", **(defaults | columns))


def paper_value(metric="psnr", value="30.21", **columns):
    """What the paper says of the row."""
    defaults = {"unit": "", "dataset": "gopro/test", "note": ""}
    return PaperValue(*ROW.split("/"), metric=metric, value=value, **(defaults | columns))
