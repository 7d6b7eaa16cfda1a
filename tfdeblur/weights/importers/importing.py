"""Importing released weights into a model: all of them or none.

Each release has one module with the same two functions:

* `expected_variables(model)`: release name -> Keras variable;
* `read_tensors(source, model)`: release name -> NumPy array in Keras layout, and
  the names of files that were not needed.

What follows from the two, comparing and assigning, is here once.
"""

import numpy as np

from tfdeblur.errors import InputError, first_named, shown
from tfdeblur.weights.importers import dmphn_release, nafnet_release, pss_nsc_release

# Above the number of tensors of any network that was released.
_MOST_LISTED = 1000

_RELEASES = {
    "DMPHN": dmphn_release,
    "NAFNet": nafnet_release,
    "PSSNSC": pss_nsc_release,
    "Stack": dmphn_release,
}


def import_release(model, source):
    """Fills `model` with the weights its authors released.

    Args:
      model: a built model of a family that has a release.
      source: pathlib.Path to what the release calls its checkpoint.

    Returns:
      Names of files of the release that the model did not need.

    Raises:
      InputError: when the family has no release, the source cannot be read, or
        a tensor is missing, unexpected, of the wrong shape or not finite. Every
        such tensor is listed and the model is left as it was.
    """
    family = type(model).__name__
    if family not in _RELEASES:
        raise InputError(
            f"Received a {family}, of which no release can be imported; "
            f"expected one of {', '.join(_RELEASES)}."
        )
    release = _RELEASES[family]
    expected = release.expected_variables(model)
    found, unused = release.read_tensors(source, model)
    problems = _differences(expected, found)
    if problems:
        listing = first_named([shown(problem, limit=200) for problem in problems], _MOST_LISTED)
        raise InputError(
            f"{listing}\n{source}: these are not the weights of {model.name} ({len(problems)} "
            "differences; nothing was imported). Choose the matching model or checkpoint."
        )
    for name, variable in expected.items():
        variable.assign(found[name])
    return unused


def _differences(expected, found):
    problems = [f"missing: {name}" for name in expected if name not in found]
    problems += [f"unexpected: {name}" for name in found if name not in expected]
    for name in expected.keys() & found.keys():
        wanted, got = tuple(expected[name].shape), found[name].shape
        if wanted != got:
            problems.append(f"wrong shape: {name} is {got}, expected {wanted}")
        elif not np.isfinite(found[name]).all():
            problems.append(f"not finite: {name} holds NaN or infinity")
    return sorted(problems)
