"""The flags that say which network runs, and how, shared by the apps that take one."""

from absl import flags

from tfdeblur.pretrained import DEFAULT_ENSEMBLE, DEFAULT_MODEL

# As their modules have them; importing those here would import Keras for --help.
ENGINES = ("keras", "onnxruntime", "openvino")
PRECISIONS = ("float32", "bfloat16", "float16")
ENSEMBLES = ("1", "2", "4", "8")


def define_model_flags(flag_values):
    """Defines --model, --weights and --depth: which network."""
    flags.DEFINE_string(
        "model",
        None,
        "Network by name, e.g. dmphn_1_2_4 (default: the one that the weight file is of).",
        flag_values=flag_values,
    )
    flags.DEFINE_string(
        "weights",
        None,
        "Weight file (.weights.h5), which says itself what network it is of (default: the one that "
        f"comes with this package; without --model that of {DEFAULT_MODEL}).",
        flag_values=flag_values,
    )
    flags.DEFINE_integer(
        "depth", None, "Units of a stacked network to run (default: all).", flag_values=flag_values
    )


def define_network_flags(flag_values):
    """Defines those of `define_model_flags`, and how the network runs."""
    define_model_flags(flag_values)
    flags.DEFINE_enum(
        "engine", "keras", ENGINES, "What executes the network.", flag_values=flag_values
    )
    flags.DEFINE_enum(
        "precision",
        "float32",
        PRECISIONS,
        "Arithmetic: 16 bits are faster on accelerators.",
        flag_values=flag_values,
    )
    flags.DEFINE_string(
        "device", None, "cpu, gpu, gpu:1 (default: the fastest there is).", flag_values=flag_values
    )
    flags.DEFINE_bool(
        "jit_compile",
        None,
        "Compile with XLA (default: on accelerators, and with JAX).",
        flag_values=flag_values,
    )
    flags.DEFINE_enum(
        "ensemble",
        None,
        ENSEMBLES,
        "Average over so many mirrored and turned copies, for as many times the time (default: 1, "
        f"or {DEFAULT_ENSEMBLE} where no --model and no --weights are named).",
        flag_values=flag_values,
    )


def network_settings(flag_values):
    """The keyword arguments of `tfdeblur.Deblurrer` that these flags stand for."""
    return {
        "model": flag_values.model,
        "weights": flag_values.weights,
        "depth": flag_values.depth,
        "engine": flag_values.engine,
        "precision": flag_values.precision,
        "device": flag_values.device,
        "jit_compile": flag_values.jit_compile,
        "ensemble": None if flag_values.ensemble is None else int(flag_values.ensemble),
    }
