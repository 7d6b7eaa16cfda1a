r"""List the networks whose weights can be had.

  tfdeblur models

A line for each: PSNR on four frames of GoPro's test set, seconds for one of 1280x720 pixels on two
processor cores, size and licence of the weights, and how they are had. Those that are on this
machine are marked with a star, and can be named as they are: `tfdeblur deblur --model=NAME`.
"""

import sys

from tfdeblur import cli
from tfdeblur.app_flags import expect_no_arguments
from tfdeblur.pretrained.catalog import BLURRED_PSNR_DB, OFFERS, catalog_rows

REQUIRED_FLAGS = ()

_HEADER = ("network", "PSNR", "1280x720", "size", "licence", "weights")


def define_flags(flag_values):
    """The app has none."""


def main(flag_values, arguments):
    del flag_values
    expect_no_arguments(arguments)
    rows = [_HEADER, *catalog_rows()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    marks = [" ", *("*" if offer.is_here else " " for offer in OFFERS)]
    for mark, row in zip(marks, rows, strict=True):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(mark, "  ".join(cells).rstrip())
    print(f"\n* on this machine. The four blurred frames themselves: {BLURRED_PSNR_DB} dB.")
    return 0


if __name__ == "__main__":
    sys.exit(cli.run_app("models"))
