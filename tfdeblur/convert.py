r"""Import the weights that the papers' authors released.

Reads the authors' checkpoint, checks every tensor against the model and writes
a Keras weight file, or lists what does not fit and writes nothing:

  tfdeblur convert --model=dmphn_1_2_4 --source=DIR_OF_PKL \
      --output=dmphn_1_2_4.weights.h5
  tfdeblur convert --model=pss_nsc --source=PATH/deblur_model \
      --output=pss_nsc.weights.h5

PyTorch is not needed, and no code inside a checkpoint is ever run.
"""

import sys
from pathlib import Path

from absl import flags

from tfdeblur import cli
from tfdeblur.errors import InputError

REQUIRED_FLAGS = ("model", "source", "output")


def define_flags(flag_values):
    flags.DEFINE_string(
        "model", None, "Preset the weights are for, e.g. dmphn_1_2_4.", flag_values=flag_values
    )
    flags.DEFINE_string(
        "source",
        None,
        "The authors' checkpoint. DMPHN: the folder with encoder_*.pkl and decoder_*.pkl. "
        "PSS-NSC: the prefix of the TensorFlow 1 checkpoint, PATH/deblur_model.",
        flag_values=flag_values,
    )
    flags.DEFINE_string(
        "output", None, "Weight file to write; ends in .weights.h5.", flag_values=flag_values
    )
    flags.DEFINE_bool("overwrite", False, "Replace an existing output.", flag_values=flag_values)


def main(flag_values, arguments):
    if arguments:
        raise InputError(f"Received {arguments[0]!r}; expected flags only (see --help).")
    with cli.quiet_framework_import():
        from tfdeblur.models.presets import build_model
        from tfdeblur.weights import import_release
        from tfdeblur.weights.files import check_weights_path, save_weights
    output = Path(flag_values.output)
    check_weights_path(output)
    if output.exists() and not flag_values.overwrite:
        raise InputError(f"{output}: exists already; pass --overwrite to replace it.")
    model = build_model(flag_values.model)
    unused = import_release(model, flag_values.source)
    save_weights(model, output)
    if unused:
        print(f"not used, because {flag_values.model} has fewer units: {', '.join(unused)}")
    print(f"{output}: {model.count_params():,} parameters of {flag_values.model}")
    return 0


if __name__ == "__main__":
    sys.exit(cli.run_app("convert"))
