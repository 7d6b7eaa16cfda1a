"""The one exception that means "the input is at fault, not the program"."""


class InputError(ValueError):
    """Says in one line what was received, what was expected and what to do.

    Where a list belongs to it, the list comes first and that line last.

    The apps print its message without a traceback and exit with status 2;
    every other exception is a defect of the program and keeps its traceback.
    """
