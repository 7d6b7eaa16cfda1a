"""The weights that the papers' authors released, into a model: all of them or none.

Each release has one module, with the same names:

* `NAME`: of the release, in words;
* `FAMILIES`: names of the model classes it has weights for;
* `recognizes(source)`: whether the files at a path are named as those of the release;
* `expected_variables(model)`: release name -> Keras variable;
* `read_tensors(source, model)`: release name -> NumPy array in Keras layout, and
  the names of files that were not needed.

What follows from these, choosing, comparing and assigning, is here once.
"""

import os
from pathlib import Path

import keras
import numpy as np

from tfdeblur.errors import InputError, first_named, shown
from tfdeblur.weights.importers import dmphn_release, nafnet_release, pss_nsc_release

_RELEASES = (dmphn_release, nafnet_release, pss_nsc_release)

# Above the number of tensors of any network that was released.
_MOST_LISTED = 1000


def import_release(model: keras.Model, source: str | os.PathLike) -> list[str]:
    """Fills `model` with the weights its authors released.

    Args:
      model: a built model of a family that has a release.
      source: what the release calls its checkpoint: for DMPHN the folder with encoder_*.pkl
        and decoder_*.pkl, for NAFNet the .pth file, for PSS-NSC the prefix of the TensorFlow
        checkpoint.

    Returns:
      Names of files of the release that the model did not need.

    Raises:
      InputError: when the family has no release, the files are of another one or cannot be
        read, or a tensor is missing, unexpected, of the wrong shape or not finite. Every
        such tensor is listed and the model is left as it was.
    """
    source = Path(source)
    release = _release_of(source, type(model).__name__)
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


def _release_of(source, family):
    of_family = [release for release in _RELEASES if family in release.FAMILIES]
    if not of_family:
        known = [name for release in _RELEASES for name in release.FAMILIES]
        raise InputError(
            f"Received a {family}, of which no release can be imported; "
            f"expected one of {', '.join(known)}."
        )
    recognized = [release for release in _RELEASES if release.recognizes(source)]
    for release in of_family:
        if release in recognized:
            return release
    if recognized:
        raise InputError(
            f"{source}: holds {recognized[0].NAME}; expected {of_family[0].NAME}, which a "
            f"{family} takes. Choose the matching model or checkpoint."
        )
    return of_family[0]  # its reader says what is missing


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
