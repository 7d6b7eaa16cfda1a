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
from tfdeblur.app_flags import check_output, define_output, define_path, expect_no_arguments
from tfdeblur.errors import InputError
from tfdeblur.models.presets import architecture, build_model
from tfdeblur.weights.paths import check_weights_path

REQUIRED_FLAGS = ("model", "source", "output")


def define_flags(flag_values):
    flags.DEFINE_string(
        "model", None, "Preset the weights are for, e.g. dmphn_1_2_4.", flag_values=flag_values
    )
    define_path(
        "source",
        None,
        "The authors' checkpoint. DMPHN: the folder with encoder_*.pkl and decoder_*.pkl. "
        "PSS-NSC: the prefix of the TensorFlow 1 checkpoint, PATH/deblur_model.",
        flag_values,
    )
    define_output(None, "Weight file to write; ends in .weights.h5.", flag_values)
    flags.DEFINE_bool("overwrite", False, "Replace an existing output.", flag_values=flag_values)


def main(flag_values, arguments):
    expect_no_arguments(arguments)
    source, output = Path(flag_values.source), Path(flag_values.output)
    check_weights_path(output)
    check_output(flag_values)
    architecture(flag_values.model)  # raises where there is none of that name
    if not source.exists() and not any(source.parent.glob(f"{source.name}.*")):
        raise InputError(f"{source}: there is no such folder, and no checkpoint of that name.")

    from tfdeblur.weights import import_release
    from tfdeblur.weights.files import save_weights

    model = build_model(flag_values.model)
    unused = import_release(model, source)
    save_weights(model, output)
    if unused:
        print(f"not used, because {flag_values.model} has fewer units: {', '.join(unused)}")
    print(f"{output}: {model.count_params():,} parameters of {flag_values.model}")
    return 0


if __name__ == "__main__":
    sys.exit(cli.run_app("convert"))
