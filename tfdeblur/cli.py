"""The command line: the script `tfdeblur`, and how all apps are run.

An app is a module with a docstring, `REQUIRED_FLAGS`, `define_flags(flag_values)`
and `main(flag_values, arguments)`. It is run as `tfdeblur NAME` or
`python -m tfdeblur.NAME`. Apps have their flags in a set of their own instead
of absl's global one, so that several can be imported into one process.

The library prints nothing. Here, its log and its progress bars are shown, and what C
code writes to standard error is not.

Exit status: 0 when all was done, 2 when the input was at fault; then the last
line on standard error says what was received and what to do.
"""

import contextlib
import difflib
import importlib
import logging
import os
import shlex
import sys
import textwrap
from pathlib import Path

from absl import flags

import tfdeblur
from tfdeblur.errors import InputError, printable
from tfdeblur.system.full_disk import full_disk_in_words
from tfdeblur.system.progress import shown_progress
from tfdeblur.system.quiet import quiet_native_code

APPS = {
    "benchmark": "measure speed on this machine",
    "convert": "import the weights that the papers' authors released",
    "deblur": "restore blurred images and folders of images",
    "demo": "serve a page to try a network on a photo in a browser",
    "download": "fetch the weights that the authors of DMPHN released",
    "evaluate": "measure a network on a set of pairs: PSNR, SSIM, report",
    "export": "write a network as SavedModel, ONNX or LiteRT file",
    "models": "list the networks whose weights can be had",
    "synthesize": "make pairs for training from high-frame-rate video",
    "train": "train a network as gin files say",
}

EXIT_INPUT_ERROR = 2
EXIT_INTERRUPTED = 130


def main(argv=None):
    """Entry point of the console script; returns the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    _escape_what_cannot_be_shown()
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if argv else EXIT_INPUT_ERROR
    if argv[0] == "--version":
        print(tfdeblur.__version__)
        return 0
    if argv[0] not in APPS:
        _report("tfdeblur", _no_command(argv))
        return EXIT_INPUT_ERROR
    return run_app(argv[0], argv[1:])


def run_app(name, argv=None):
    """Parses the flags of app `name`, runs it and returns the exit status."""
    return run_module(app_module(name), f"tfdeblur {name}", argv)


def app_module(name):
    """The module of the app of that name; `tfdeblur.models` are the networks."""
    return importlib.import_module(f"tfdeblur.{'model_list' if name == 'models' else name}")


def run_module(app, program, argv=None):
    """The same for any module that is written as an app; `program` is what it is called."""
    argv = sys.argv[1:] if argv is None else argv
    _escape_what_cannot_be_shown()
    flag_values = flags.FlagValues()
    flag_values.set_gnu_getopt(True)
    app.define_flags(flag_values)
    if any(argument in ("-h", "--help") for argument in argv):
        print(_app_help(program, app, flag_values))
        return 0
    # TensorFlow reads it when it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        arguments = flag_values([program, *argv])[1:]
        _check_required(app, flag_values)
        with full_disk_in_words(), quiet_native_code(), _shown_log(), shown_progress():
            return app.main(flag_values, arguments) or 0
    except (InputError, flags.Error, OSError) as error:
        _report(program, error)
        return EXIT_INPUT_ERROR
    except KeyboardInterrupt:
        _report(program, "interrupted")
        return EXIT_INTERRUPTED


class _TerminalHandler(logging.Handler):
    """Shows a record as one line on standard error, above progress bars."""

    def emit(self, record):
        from tqdm import tqdm  # which --help can do without

        tqdm.write(printable(self.format(record)), file=sys.stderr)


@contextlib.contextmanager
def _shown_log():
    """Shows what the library logs meanwhile."""
    log, handler = logging.getLogger("tfdeblur"), _TerminalHandler()
    before = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False  # absl, which TensorFlow imports, would show it again
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.level, log.propagate = before


def _escape_what_cannot_be_shown():
    """Lets print() write what the terminal's encoding lacks as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _no_command(argv):
    given = argv[0]
    if given.startswith("-") or Path(given).suffix or Path(given).exists():
        command = shlex.join(["tfdeblur", "deblur", *argv])
        return f"Received {given!r}; expected a command before it, as in: {command}"
    nearest = difflib.get_close_matches(given, APPS, n=1)
    guess = f" Did you mean: {shlex.join(['tfdeblur', *nearest, *argv[1:]])}" if nearest else ""
    return f"Received command {given!r}; expected one of: {', '.join(APPS)}.{guess}"


def _check_required(app, flag_values):
    missing = [f"--{name}" for name in app.REQUIRED_FLAGS if flag_values[name].value in (None, [])]
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
        if flag_name == flag.short_name:
            continue
        shown = f"--[no]{flag_name}" if flag.boolean else f"--{flag_name}"
        if flag.short_name:
            shown += f", -{flag.short_name}"
        if flag_name in app.REQUIRED_FLAGS:
            note = " (required)"
        else:
            note = "" if flag.default is None else f" (default: {flag.default})"
        text = textwrap.wrap(f"{flag.help}{note}", 74)
        lines += [f"  {shown}", *(f"      {line}" for line in text)]
    return "\n".join(lines)
