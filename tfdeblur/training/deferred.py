"""A call with its arguments, as plain data until its result is needed."""

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

from tfdeblur.errors import InputError


@dataclasses.dataclass(frozen=True)
class Deferred:
    """A function or class and the arguments it will be called with.

    Arguments that are calls themselves are made first. Two of the same function and
    arguments are equal, unlike `functools.partial`.
    """

    function: Callable
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)

    def __call__(self, *first):
        """The result for `first` and the arguments.

        Raises:
          InputError: for arguments that the function refuses or cannot take.
        """
        try:
            return self.function(*first, **{k: _made(v) for k, v in self.arguments.items()})
        except InputError:
            raise
        except (TypeError, ValueError, AttributeError) as error:
            said = next(iter(str(error).splitlines()), type(error).__name__)
            raise InputError(
                f"Received settings with which {self.name} cannot be called: {said}"
            ) from error

    @property
    def name(self):
        """As gin files have it, without the file it lies in: "data.folder_pairs"."""
        package = self.function.__module__.removeprefix("tfdeblur.").split(".")[0]
        return f"{package}.{self.function.__qualname__}"

    def settings(self):
        """Its name and all of its arguments, those left to their defaults too."""
        parameters = inspect.signature(self.function).parameters.values()
        defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        return {"call": self.name, **defaults, **self.arguments}


def _made(value):
    if isinstance(value, Deferred):
        return value()
    if isinstance(value, list | tuple):
        return type(value)(map(_made, value))
    return value
