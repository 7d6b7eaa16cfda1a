"""Checks of settings that a gin file binds to whatever it likes."""

from tfdeblur.errors import InputError


def require(holds, name, value, expected):
    """Raises InputError, naming a setting and what it should be, unless `holds`.

    Args:
      holds: whether the value is one.
      name: of the setting, as gin files bind it, e.g. "RunSettings.steps".
      value: what it is bound to.
      expected: in words.
    """
    if not holds:
        raise InputError(f"Received {name} = {value!r}; expected {expected}.")


def require_counts(settings, *names):
    """Raises InputError unless these attributes of a settings object are 1 or more."""
    for name in names:
        value = getattr(settings, name)
        require(
            is_count(value) and value >= 1,
            f"{type(settings).__name__}.{name}",
            value,
            "a whole number of at least 1",
        )


def is_count(value):
    """Whether it is a whole number from 0 on; to Python, True is one, here not."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
