"""What constructors refuse that gin calls with what was bound."""

import contextlib
import re

from tfdeblur.config.parsing import first_line
from tfdeblur.errors import InputError

# What gin adds to the message of an exception from something it calls.
_GINS_LINE = re.compile(r"\s*In call to configurable '([^']*)'")


@contextlib.contextmanager
def binding_errors_in_words():
    """One line for what a configured constructor refuses; gin adds lines of its own.

    Around the calls of an experiment's constructors, and of nothing else, whose errors
    would be taken for those of a configuration.
    """
    try:
        yield
    except InputError as error:
        raise InputError("\n".join(_without_gins_lines(error))) from error
    except (TypeError, ValueError, AttributeError) as error:
        lines = str(error).splitlines()
        called = [found[1] for line in lines if (found := _GINS_LINE.match(line))]
        if not called:
            raise
        raise InputError(
            f"Received bindings with which {called[0]} cannot be called: {first_line(error)}"
        ) from error


def _without_gins_lines(error):
    return [line for line in str(error).splitlines() if not _GINS_LINE.match(line)]
