"""What the flags of several apps have in common, and the flags that say which network runs."""

import os
from pathlib import Path

from absl import flags

from tfdeblur.choices import ENGINES, ENSEMBLES, PRECISIONS
from tfdeblur.errors import InputError
from tfdeblur.models.presets import architecture
from tfdeblur.pretrained import DEFAULT_ENSEMBLE, DEFAULT_MODEL
from tfdeblur.system.paths import check_parent
from tfdeblur.weights.paths import check_weights_exist


def expanded(path):
    """A path as it was typed, with `~` expanded: shells do it only where a word begins."""
    return os.path.expanduser(path)  # noqa: PTH111 - Path's own fails for a user without a home


class _PathParser(flags.ArgumentParser):
    def parse(self, argument):
        return expanded(argument)


def define_path(name, default, help_text, flag_values, short_name=None):
    """Defines a flag that is a path, or may be one; `~` is expanded."""
    flags.DEFINE(_PathParser(), name, default, help_text, flag_values, short_name=short_name)


def define_paths(name, help_text, flag_values):
    """Defines a flag that may be repeated, and is a list of paths."""
    serializer: flags.ArgumentSerializer[str] = flags.ArgumentSerializer()
    flags.DEFINE_multi(_PathParser(), serializer, name, [], help_text, flag_values)


def define_output(default, help_text, flag_values):
    """Defines --output, or -o."""
    define_path("output", default, help_text, flag_values, short_name="o")


def was_given(flag_values, name):
    """Whether the command asks for what a flag stands for; --noflag asks for nothing."""
    flag = flag_values[name]
    return flag.present > 0 and flag.value is not False


def given(flag_values, names):
    """Those of the flags that were, as they are typed."""
    return [f"--{name}" for name in names if was_given(flag_values, name)]


def expect_no_arguments(arguments):
    """Raises InputError where an app takes flags only."""
    if arguments:
        raise InputError(f"Received {arguments[0]!r}; expected flags only (see --help).")


def check_output(flag_values):
    """Raises InputError unless --output can be written, by its path and --overwrite."""
    output = Path(flag_values.output)
    check_parent(output)
    if output.exists() and not flag_values.overwrite:
        raise InputError(f"{output}: exists already; pass --overwrite to replace it.")


def check_folder(path, expected="a folder"):
    """Raises InputError unless `path` is a folder; which one is expected, is said in words."""
    if not Path(path).is_dir():
        said = "this is a file" if Path(path).exists() else "there is no such folder"
        raise InputError(f"{path}: expected {expected}; {said}.")


def define_model_flags(flag_values):
    """Defines --model, --weights and --depth: which network."""
    flags.DEFINE_string(
        "model",
        None,
        "Network by name, e.g. dmphn_1_2_4 (default: the one that the weight file is of).",
        flag_values=flag_values,
    )
    define_path(
        "weights",
        None,
        "Weight file (.weights.h5), which says itself what network it is of (default: the one that "
        f"comes with this package; without --model that of {DEFAULT_MODEL}).",
        flag_values,
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
        [str(number) for number in ENSEMBLES],
        "Average over so many mirrored and turned copies, for as many times the time (default: 1, "
        f"or {DEFAULT_ENSEMBLE} where no --model and no --weights are named).",
        flag_values=flag_values,
    )


def check_model_flags(flag_values):
    """Raises InputError where --model or --weights name nothing; needs no framework."""
    if flag_values.model is not None:
        architecture(flag_values.model)
    if flag_values.weights is not None:
        check_weights_exist(flag_values.weights)


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
