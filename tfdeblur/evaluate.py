r"""Measure a network on a whole set of pairs.

The set is a prepared dataset of TFDS, or two folders with equally named images:

  tfdeblur evaluate --model=dmphn_1_2_4 --weights=dmphn_1_2_4.weights.h5 \
      --dataset=gopro --split=test --output=results/gopro
  tfdeblur evaluate --model=dmphn_1_2_4 --weights=dmphn_1_2_4.weights.h5 \
      --blur_dir=pairs/input --sharp_dir=pairs/target --output=results/mine

The folder --output gets summary.json (mean PSNR and three definitions of SSIM, of the
restored and of the blurred images), per_image.csv, runtimes.csv, and report.html to
look at. The same command again goes on where an interrupted one stopped.

Several processes, for instance one per GPU, share out the images when each is given
the same --output and its --shard: 1/4, 2/4, 3/4, 4/4. The last one to finish writes
the results of all.
"""

import re
import sys

from absl import flags

from tfdeblur import cli
from tfdeblur.app_flags import (
    check_folder,
    check_model_flags,
    define_network_flags,
    define_output,
    define_path,
    expect_no_arguments,
    given,
    network_settings,
)
from tfdeblur.choices import QUANTIZATIONS
from tfdeblur.errors import InputError

REQUIRED_FLAGS = ("model", "output")

_FLAGS_OF_DATASET = ("split", "data_dir", "allow_partial")


def define_flags(flag_values):
    define_network_flags(flag_values)
    flags.DEFINE_string(
        "dataset",
        None,
        "Dataset as TFDS names it, e.g. gopro or gopro/blur_gamma.",
        flag_values=flag_values,
    )
    for name, help_text in (
        ("data_dir", "Where prepared datasets lie (default: TFDS's own folder)."),
        ("blur_dir", "Folder of blurred images, in place of --dataset."),
        ("sharp_dir", "Folder of sharp images of the same names."),
    ):
        define_path(name, None, help_text, flag_values)
    define_output(None, "Folder for the results.", flag_values)
    flags.DEFINE_string(
        "split", "test", "Split of the dataset, e.g. test or test[:10%].", flag_values=flag_values
    )
    flags.DEFINE_enum(
        "quantisation",
        "round",
        QUANTIZATIONS,
        "How outputs become what is compared: rounded or truncated to 8 bits, or only clipped.",
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "num_images",
        None,
        "Evaluate only so many images, evenly spread; the summary says partial.",
        lower_bound=1,
        flag_values=flag_values,
    )
    flags.DEFINE_bool(
        "allow_partial",
        False,
        "Accept a dataset that was prepared with pairs missing; the summary says partial.",
        flag_values=flag_values,
    )
    flags.DEFINE_string(
        "shard", "1/1", "I/N: this process does the I-th of N parts.", flag_values=flag_values
    )
    flags.DEFINE_bool(
        "overwrite", False, "Replace an evaluation in --output.", flag_values=flag_values
    )


def main(flag_values, arguments):
    expect_no_arguments(arguments)
    shard = _shard(flag_values.shard)
    _check_source(flag_values)
    check_model_flags(flag_values)

    from tfdeblur.evaluation import evaluate
    from tfdeblur.inference.engine import Deblurrer

    source = _source(flag_values)
    print(source.in_words())
    deblurrer = Deblurrer(**network_settings(flag_values))
    summary = evaluate(
        deblurrer,
        source,
        flag_values.output,
        flag_values.quantisation,
        num_images=flag_values.num_images,
        shard=shard,
        overwrite=flag_values.overwrite,
    )
    if summary is None:
        print(f"shard {flag_values.shard} is done; the last shard to finish writes the results")
        return 0
    for metric in ("psnr_db", "ssim_matlab3d", "ssim_gaussian", "ssim_skimage"):
        print(f"{metric:<15}{_text(summary[metric])} (blurred {_text(summary[f'input_{metric}'])})")
    print(f"{summary['num_images']} images; results are in {flag_values.output}")
    return 0


def _shard(text):
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise InputError(f"Received --shard={text}; expected I/N, from 1/N to N/N.")
    return int(match[1]), int(match[2])


def _check_source(flag_values):
    folders = (flag_values.blur_dir, flag_values.sharp_dir)
    if flag_values.dataset is None and None in folders:
        raise InputError("Expected --dataset, or --blur_dir and --sharp_dir.")
    if flag_values.dataset is not None and folders != (None, None):
        raise InputError(
            "Received --dataset and folders of images; expected one of them, as figures of two "
            "sets have no common mean."
        )
    if flag_values.dataset is None:
        for flag in given(flag_values, _FLAGS_OF_DATASET):
            raise InputError(f"Received {flag} with folders of images; it belongs to --dataset.")
        for folder in folders:
            check_folder(folder, "a folder of images")


def _source(flag_values):
    from tfdeblur.data import folder_pairs, tfds_pairs

    if flag_values.dataset is None:
        return folder_pairs(blur_dir=flag_values.blur_dir, sharp_dir=flag_values.sharp_dir)
    builder_kwargs = {"allow_partial": True} if flag_values.allow_partial else None
    return tfds_pairs(flag_values.dataset, flag_values.split, flag_values.data_dir, builder_kwargs)


def _text(mean):
    return "infinite" if mean is None else f"{mean:.4f}"


if __name__ == "__main__":
    sys.exit(cli.run_app("evaluate"))
