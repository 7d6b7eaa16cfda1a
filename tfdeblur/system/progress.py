"""Progress bars, which a library shows only when the app around it wants them."""

import contextlib

_is_shown = False


def progress_bar(iterable=None, **options):
    """A `tqdm` bar; it shows nothing outside of `shown_progress`, and where no terminal is."""
    from tqdm import tqdm  # not at the top: --help imports this module

    return tqdm(iterable, disable=None if _is_shown else True, **options)


@contextlib.contextmanager
def shown_progress():
    """Shows the bars of this process on standard error meanwhile."""
    global _is_shown
    before, _is_shown = _is_shown, True
    try:
        yield
    finally:
        _is_shown = before
