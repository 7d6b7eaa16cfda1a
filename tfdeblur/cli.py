"""The command line: what all apps share, and the script `tfdeblur` that finds them.

An app is a module with a docstring, `REQUIRED_FLAGS`, `define_flags(flag_values)`
and `main(flag_values, arguments)`. It is run as `tfdeblur NAME` or
`python -m tfdeblur.NAME`. Apps have their flags in a set of their own instead
of absl's global one, so that several can be imported into one process.

Exit status: 0 when all was done, 2 when the input was at fault; then the last
line on standard error says what was received and what to do.
"""

import contextlib
import importlib
import os
import sys
import textwrap

from absl import flags

import tfdeblur
from tfdeblur.errors import InputError, printable
from tfdeblur.system.full_disk import full_disk_in_words
from tfdeblur.system.quiet import quiet_libraries

APPS = {
    "benchmark": "measure speed on this machine",
    "convert": "import the weights that the papers' authors released",
    "deblur": "restore blurred images and folders of images",
    "demo": "serve a page to try a network on a photo in a browser",
    "evaluate": "measure a network on a set of pairs: PSNR, SSIM, report",
    "download": "fetch the weights that the authors of DMPHN released",
    "export": "write a network as SavedModel, ONNX or LiteRT file",
    "synthesize": "make pairs for training from high-frame-rate video",
    "train": "train a network as gin files say",
}

EXIT_INPUT_ERROR = 2
EXIT_INTERRUPTED = 130


def main(argv=None):
    """Entry point of the console script; returns the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if argv else EXIT_INPUT_ERROR
    if argv[0] == "--version":
        print(tfdeblur.__version__)
        return 0
    if argv[0] not in APPS:
        _report("tfdeblur", f"Received command {argv[0]!r}; expected one of: {', '.join(APPS)}.")
        return EXIT_INPUT_ERROR
    return run_app(argv[0], argv[1:])


def run_app(name, argv=None):
    """Parses the flags of app `name`, runs it and returns the exit status."""
    return run_module(importlib.import_module(f"tfdeblur.{name}"), f"tfdeblur {name}", argv)


def run_module(app, program, argv=None):
    """The same for any module that is written as an app; `program` is what it is called."""
    argv = sys.argv[1:] if argv is None else argv
    flag_values = flags.FlagValues()
    flag_values.set_gnu_getopt(True)
    app.define_flags(flag_values)
    if any(argument in ("-h", "--help") for argument in argv):
        print(_app_help(program, app, flag_values))
        return 0
    try:
        arguments = flag_values([program, *argv])[1:]
        _check_required(app, flag_values)
        with full_disk_in_words():
            return app.main(flag_values, arguments) or 0
    except (InputError, flags.Error, OSError) as error:
        _report(program, error)
        return EXIT_INPUT_ERROR
    except KeyboardInterrupt:
        _report(program, "interrupted")
        return EXIT_INTERRUPTED


@contextlib.contextmanager
def quiet_framework_import():
    """Keeps what TensorFlow's C++ code logs while it is imported off the terminal.

    Those lines are written before any Python setting can reach them.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet_libraries():
        yield


def _check_required(app, flag_values):
    missing = [f"--{name}" for name in app.REQUIRED_FLAGS if flag_values[name].value is None]
    if missing:
        raise InputError(f"Expected {' and '.join(missing)} as well; --help explains the flags.")


def _report(program, message):
    *details, last_line = printable(message).splitlines() or [type(message).__name__]
    print(*details, f"{program}: {last_line}", sep="\n", file=sys.stderr)


def _overview():
    commands = "\n".join(f"  {name:<12}{purpose}" for name, purpose in APPS.items())
    return (
        "Image deblurring with DMPHN and PSS-NSC (CVPR 2019).\n\n"
        f"usage: tfdeblur COMMAND [--flag=value ...] [ARGUMENT ...]\n\ncommands:\n{commands}\n\n"
        "`tfdeblur COMMAND --help` explains a command; `tfdeblur --version` prints the version."
    )


def _app_help(program, app, flag_values):
    summary, _, details = (app.__doc__ or "").strip().partition("\n")
    lines = [f"{program}: {summary}", details.rstrip(), "", "flags:"]
    for flag_name in sorted(flag_values):
        flag = flag_values[flag_name]
        shown = f"--[no]{flag_name}" if flag.boolean else f"--{flag_name}"
        if flag_name in app.REQUIRED_FLAGS:
            note = " (required)"
        else:
            note = "" if flag.default is None else f" (default: {flag.default})"
        text = textwrap.wrap(f"{flag.help}{note}", 74)
        lines += [f"  {shown}", *(f"      {line}" for line in text)]
    return "\n".join(lines)
