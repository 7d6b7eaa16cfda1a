"""Pickles read as data.

A pickle is a program for a small stack machine, some of whose instructions
import and call whatever its author named. Even a `pickle.Unpickler` that finds
only harmless names lets a file change their attributes and allocate memory
at will (both tried). So none is used: the machine here has the instructions
that build plain values, and calls only the functions it is given.
"""

import pickletools

from tfdeblur.errors import InputError, shown

# Both far above what the state dict of a thousand layers takes. An instruction is a byte
# and can make an object of a hundred, or hand a long list to a function once more.
_MOST_INSTRUCTIONS = 200_000
_MOST_VALUES_IN_CALLS = 1_000_000

_LITERALS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_ARGUMENTS = {
    "BININT",
    "BININT1",
    "BININT2",
    "LONG1",
    "BINUNICODE",
    "SHORT_BINUNICODE",
    "BINSTRING",
    "SHORT_BINSTRING",
}
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def read_pickle(file, known_globals, load_persistent):
    """The content of the pickle at the position of `file`, which is moved behind it.

    Args:
      file: binary file.
      known_globals: (module, name) -> the value it stands for. Functions among
        the values are called where the pickle says so; nothing else is.
      load_persistent: function from a persistent id to the object it stands for.

    Returns:
      What was pickled, of None, bool, int, str, tuple, list, dict with keys of type
      str, and what the given functions return. Attributes (BUILD) are left out.

    Raises:
      InputError: for a global that is not known and an instruction beyond the above.
      Exception: of several kinds, when the bytes are no pickle or a damaged one.
    """
    stack: list = []
    marks: list[int] = []
    memo: dict = {}
    num_values_in_calls = 0

    def pop(num_values):
        values = stack[len(stack) - num_values :]
        if len(values) != num_values:
            raise ValueError("the pickle takes values from an empty stack")
        del stack[len(stack) - num_values :]
        return values

    def pop_to_mark():
        return pop(len(stack) - marks.pop())

    for number, (opcode, argument, _) in enumerate(pickletools.genops(file)):
        if number >= _MOST_INSTRUCTIONS:
            raise InputError("the pickle has more instructions than any state dict needs")
        match opcode.name:
            case "PROTO" | "FRAME":
                pass
            case "STOP":
                return stack.pop()
            case name if name in _LITERALS:
                stack.append(_LITERALS[name])
            case name if name in _ARGUMENTS:
                stack.append(argument)
            case name if name in _TUPLES:
                stack.append(tuple(pop(_TUPLES[name])))
            case "MARK":
                marks.append(len(stack))
            case "TUPLE":
                stack.append(tuple(pop_to_mark()))
            case "EMPTY_LIST":
                stack.append([])
            case "APPEND" | "APPENDS" as name:
                values = pop(1) if name == "APPEND" else pop_to_mark()
                stack[-1].extend(values)
            case "EMPTY_DICT":
                stack.append({})
            case "SETITEM" | "SETITEMS" as name:
                values = pop(2) if name == "SETITEM" else pop_to_mark()
                stack[-1].update(checked_dict(zip(values[::2], values[1::2], strict=True)))
            case "BINPUT" | "LONG_BINPUT":
                memo[argument] = stack[-1]
            case "MEMOIZE":
                memo[len(memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(memo[argument])
            case "GLOBAL":
                stack.append(_find(known_globals, *str(argument).split(" ", 1)))
            case "STACK_GLOBAL":
                stack.append(_find(known_globals, *pop(2)))
            case "REDUCE":
                function, arguments = pop(2)
                if not callable(function):
                    raise InputError("the pickle calls what is not a function")
                num_values_in_calls += _num_values(arguments)
                if num_values_in_calls > _MOST_VALUES_IN_CALLS:
                    raise InputError("the pickle does more work than any state dict needs")
                stack.append(function(*arguments))
            case "BUILD":
                pop(1)
            case "BINPERSID":
                stack.append(load_persistent(*pop(1)))
            case name:
                named = shown(argument) if isinstance(argument, str) else ""
                raise InputError(
                    f"the pickle holds the instruction {name} {named}".rstrip()
                    + ", which plain data does not need; refused, and nothing of it was executed"
                )
    raise ValueError("the pickle has no end")


def checked_dict(pairs):
    """A dict of (key, value) pairs, with keys of type str only.

    Raises:
      InputError: for any other key. Nested tuples, for one, can take forever to hash.
    """
    pairs = list(pairs)
    for key, _ in pairs:
        if not isinstance(key, str):
            raise InputError(f"the pickle uses a {type(key).__name__} for the name of a value")
    return dict(pairs)


def _num_values(arguments):
    lengths = (len(part) for part in arguments if isinstance(part, list | tuple | dict))
    return len(arguments) + sum(lengths)


def _find(known_globals, module, name):
    if not (isinstance(module, str) and isinstance(name, str)):
        raise InputError("the pickle asks for a global without a name")
    if (module, name) not in known_globals:
        raise InputError(
            f"the pickle asks for {shown(module)}.{shown(name)}, which no state dict needs; "
            "refused, and nothing of it was executed"
        )
    return known_globals[module, name]
