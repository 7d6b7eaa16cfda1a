"""Architectures as plain data: the class of a network and its arguments.

    {"class": "DMPHN", "levels": [1, 2, 4], "weight_sharing": False, ...}

What a weight file says of its network, and what two networks that can hold each other's
weights have in common. Nothing here needs Keras before a network is made.
"""

import concurrent.futures
import inspect
import json

from tfdeblur import models
from tfdeblur.errors import InputError, nearest_first, shown

# Arguments that two networks with the same weights may differ in. A stack's depth says how
# many of the units in a file are used, not which network it is.
_NOT_ARCHITECTURE = ("name", "trainable", "dtype", "depth", "initialisation", "training_loss")

# Shown of an architecture: more than any has.
_MOST_ARGUMENTS, _MOST_CHARACTERS = 20, 500

# The largest network of the papers asks for 48.
_MOST_BLOCKS = 400

# Arguments that say how many channels or patches there are, not how many layers.
_WIDTHS = ("filters", "levels", "width")


def architecture_of(model):
    """The architecture of a network, as JSON would give it back."""
    return json.loads(json.dumps(_from_config(type(model).__name__, model.get_config())))


def _from_config(class_name, config):
    return {
        "class": class_name,
        **{
            key: _from_config(value["class_name"], value["config"])
            if isinstance(value, dict) and "class_name" in value
            else value
            for key, value in config.items()
            if key not in _NOT_ARCHITECTURE
        },
    }


def completed(architecture):
    """An architecture with the defaults of the arguments that it leaves out, as JSON has it.

    Equal for networks that can hold each other's weights, however they were written down.
    """
    parameters = _parameters(_class_of(architecture))
    whole = {
        name: completed(value) if _is_architecture(value) else value
        for name, value in architecture.items()
        if name not in _NOT_ARCHITECTURE
    }
    for name, parameter in parameters.items():
        if name not in _NOT_ARCHITECTURE and parameter.default is not parameter.empty:
            whole.setdefault(name, parameter.default)
    return json.loads(json.dumps(whole))


def is_of(stored, architecture):
    """Whether what a weight file says of its network, which may be anything, is `architecture`."""
    if stored == architecture:  # perhaps of a class that is not ours
        return True
    try:
        return completed(stored) == architecture
    except InputError:
        return False


def construct(architecture, **more):
    """The network of an architecture, not yet built.

    Args:
      architecture: class and arguments; from a weight file it may be anything.
      **more: arguments besides, such as name and depth.

    Raises:
      InputError: for a class that is no network of ours, arguments that it does not have
        or cannot be built with, and more layers than any network has.
    """
    network_class = _class_of(architecture)
    if _num_blocks(completed(architecture)) > _MOST_BLOCKS:
        raise InputError(
            f"Received {described(architecture)}, which asks for more layers than any network of "
            "ours; expected fewer units or blocks."
        )
    known = _parameters(network_class)
    arguments = {name: value for name, value in architecture.items() if name != "class"}
    for name in arguments:
        if name not in known:
            raise InputError(
                f"Received the argument {shown(name)} for {network_class.__name__}, which has none "
                f"of this name; the nearest are {', '.join(nearest(name, known))}."
            )
    for name, value in arguments.items():
        if _is_architecture(value):
            arguments[name] = construct(value)
    try:
        return network_class(**arguments, **more)
    except Exception as error:  # of any kind: Keras and the classes check what they need
        said = " ".join(str(error).split())
        raise InputError(
            f"Received {described(architecture)}, which cannot be built: {shown(said, limit=300)}"
        ) from error


def num_parameters(make):
    """How many parameters a network has, told without the memory for them.

    Args:
      make: function without arguments that gives the network, not yet built.
    """

    def count():
        # Keras keeps a list, one for each thread, of variables that are still to get values;
        # that of a thread of its own is forgotten with it.
        with keras.StatelessScope(initialize_variables=False):
            model = make()
            model.build((None, None, None, 3))
            return model.count_params()

    import keras

    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(count).result()


def described(architecture):
    """An architecture, or what a weight file has in its place, in a few words."""
    if not _is_architecture(architecture):
        return f"an unknown model ({shown(architecture, limit=80)!r})"
    arguments = (
        f"{shown(key)}={described(value) if isinstance(value, dict) else shown(value)}"
        for key, value in list(architecture.items())[:_MOST_ARGUMENTS]
        if key != "class"
    )
    # Architectures in architectures would make it long.
    return f"{shown(architecture['class'])}({', '.join(arguments)})"[:_MOST_CHARACTERS]


def nearest(name, known):
    """The names most like `name`, the three nearest first."""
    return nearest_first(str(name)[:100], known)[:3]


def _is_architecture(value):
    return isinstance(value, dict) and isinstance(value.get("class"), str)


def _class_of(architecture):
    known = [name for name in models.__all__ if name != "DeblurringModel"]
    if not _is_architecture(architecture) or architecture["class"] not in known:
        raise InputError(
            f"Received {described(architecture)}; expected a network of {', '.join(known)}."
        )
    return getattr(models, architecture["class"])


def _parameters(network_class):
    parameters = inspect.signature(network_class.__init__).parameters
    return {
        name: parameter
        for name, parameter in parameters.items()
        if name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }


def _num_blocks(architecture):
    """A bound of the layers that arguments ask for: numbers multiply what lists add up to."""
    added, product = 0, 1
    for name, value in architecture.items():
        if _is_architecture(value):
            product *= _num_blocks(value)
        elif name in _WIDTHS:
            added += len(value) if isinstance(value, list) else 0
        elif isinstance(value, list) or name == "middle_blocks":
            added += _sum(value)
        elif isinstance(value, int):
            product *= max(1, value)
    return product * max(1, added)


def _sum(value):
    if isinstance(value, list):
        return sum(map(_sum, value))
    return value if isinstance(value, int) else 1
