r"""Write a network as a file that runs without this package.

The formats are a SavedModel (a folder, for TensorFlow and TensorFlow Serving), ONNX
(for ONNX Runtime, OpenVINO, TensorRT) and LiteRT (for Android and small machines):

  tfdeblur export --model=dmphn_1_2_4 --weights=dmphn_1_2_4.weights.h5 \
      --format=onnx --output=dmphn_1_2_4.onnx

All take any number of images of any height and width from 2 on; padding is inside.
A SavedModel has two signatures, for images (uint8) and for floats in [0, 1]. The
other formats have one, which --input chooses.

The file is loaded afresh and compared with the network at three sizes. The result is
printed and stored as OUTPUT.parity.json; a file that differs is not written, and the
exit status is then 2.
"""

import sys

from absl import flags

from tfdeblur import cli
from tfdeblur.app_flags import (
    check_model_flags,
    check_output,
    define_model_flags,
    define_output,
    expect_no_arguments,
    was_given,
)
from tfdeblur.choices import EXPORT_FORMATS, INPUT_TYPES
from tfdeblur.errors import InputError

REQUIRED_FLAGS = ("output",)


def define_flags(flag_values):
    define_model_flags(flag_values)
    define_output(None, "File to write; for a SavedModel, a folder.", flag_values)
    flags.DEFINE_enum(
        "format",
        "saved_model",
        EXPORT_FORMATS,
        "What to write.",
        flag_values=flag_values,
    )
    flags.DEFINE_enum(
        "input",
        "uint8",
        INPUT_TYPES,
        "ONNX and LiteRT: images as files hold them, or float32 in [0, 1], not clipped.",
        flag_values=flag_values,
    )
    flags.DEFINE_bool(
        "float16",
        False,
        "Store the weights in 16 bits, for half the size; the arithmetic stays float32.",
        flag_values=flag_values,
    )
    flags.DEFINE_bool(
        "jit_compile",
        False,
        "SavedModel: compile with XLA where it runs, for every new size anew.",
        flag_values=flag_values,
    )
    flags.DEFINE_bool("overwrite", False, "Replace an older export.", flag_values=flag_values)


def main(flag_values, arguments):
    expect_no_arguments(arguments)
    options = _options(flag_values)
    check_output(flag_values)
    check_model_flags(flag_values)

    from tfdeblur.exporting import checked_export
    from tfdeblur.pretrained import load_network

    output, format_name = flag_values.output, flag_values.format
    checked_export.check_output(output, format_name, flag_values.overwrite)
    model = load_network(flag_values.model, flag_values.weights, flag_values.depth)
    found = checked_export.export_checked(
        model,
        output,
        format_name,
        float16=flag_values.float16,
        overwrite=flag_values.overwrite,
        **options,
    )
    print("compared with the Keras model, on images of batch x height x width:")
    for parity in found:
        print(f"  {_described(parity)}")
    record = checked_export.parity_path(output)
    print(f"{output}: {model.name} as {format_name}; {record} holds the above")
    return 0


def _options(flag_values):
    """What belongs to the format alone; a flag of another one is refused."""
    of_saved_model = flag_values.format == "saved_model"
    if of_saved_model and was_given(flag_values, "input"):
        raise InputError("Received --input with --format=saved_model, which has both kinds.")
    if not of_saved_model and flag_values.jit_compile:
        raise InputError(
            f"Received --jit_compile with --format={flag_values.format}; it belongs to saved_model."
        )
    if of_saved_model:
        return {"jit_compile": flag_values.jit_compile}
    return {"input_type": flag_values.input}


def _described(parity):
    text = (
        f"{parity.batch}x{parity.height}x{parity.width}: {parity.uint8_share:.4%} of the 8-bit "
        f"values differ, by at most {parity.uint8_difference}"
    )
    if parity.float_difference is not None:
        text += f"; floats by at most {parity.float_difference:.1e}"
    return text


if __name__ == "__main__":
    sys.exit(cli.run_app("export"))
