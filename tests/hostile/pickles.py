"""Pickles and PyTorch files that would run code, or take all memory or time."""

import io
import pickle
import struct
import zipfile

from tests.reference import torch_files as torch


class _Call:
    """Pickles to a call of `function`, as any class with `__reduce__` can."""

    def __init__(self, function, *arguments):
        self._call = function, arguments

    def __reduce__(self):
        return self._call


def hostile_pickles(canary):
    """Name -> bytes of a pickle; one that is loaded plainly makes the file `canary`."""
    command, code = f"touch {canary}", f"open({str(canary)!r}, 'w')"
    system, argument = torch.global_("posix", "system"), torch.text(command)
    call = torch.reduce_(system, argument)
    sys_modules = torch.text("sys") + torch.text("modules") + b"\x93"
    harmless = torch.global_("collections", "OrderedDict")
    return {
        "REDUCE os.system": torch.pickled(call),
        "REDUCE eval, protocol 0": pickle.dumps(_Call(eval, code), 0),
        "REDUCE exec, protocol 2": pickle.dumps(_Call(exec, code), 2),
        "STACK_GLOBAL exec": pickle.dumps(_Call(exec, code), 4),
        "STACK_GLOBAL of sys.modules": torch.pickled(sys_modules),
        "GLOBAL builtins.exec": torch.pickled(
            torch.reduce_(torch.global_("builtins", "exec"), torch.text(code))
        ),
        "GLOBAL __builtin__.eval": torch.pickled(
            torch.reduce_(torch.global_("__builtin__", "eval"), torch.text(code))
        ),
        "GLOBAL operator.attrgetter": torch.pickled(
            torch.reduce_(torch.global_("operator", "attrgetter"), torch.text("system"))
        ),
        "GLOBAL runpy": torch.pickled(
            torch.reduce_(torch.global_("runpy", "_run_code"), torch.text(code))
        ),
        "GLOBAL numpy.testing": torch.pickled(
            torch.reduce_(
                torch.global_("numpy.testing._private.utils", "runstring"), torch.text(code), b"}"
            )
        ),
        "GLOBAL with an attribute of a permitted one": torch.pickled(
            torch.text("collections") + torch.text("OrderedDict.__init__.__globals__") + b"\x93"
        ),
        "GLOBAL torch.load": torch.pickled(torch.reduce_(torch.global_("torch", "load"), argument)),
        "INST": b"(" + argument + b"iposix\nsystem\n.",
        "OBJ": b"(" + system + argument + b"o.",
        "NEWOBJ": torch.pickled(system + b"(" + argument + b"t\x81"),
        "NEWOBJ_EX": torch.pickled(system + b"(" + argument + b"t}\x92"),
        "BUILD with state that calls": torch.pickled(
            torch.reduce_(harmless) + torch.dictionary({"__setstate__": call}) + b"b"
        ),
        "BUILD with __dict__ of a function": torch.pickled(
            torch.global_("torch._utils", "_rebuild_tensor_v2")
            + b"N"
            + torch.dictionary({"__code__": call})
            + b"\x86b"
        ),
        "EXT1": b"\x80\x02\x82\x01.",
        "EXT2": b"\x80\x02\x83\x01\x01.",
        "EXT4": b"\x80\x02\x84\x01\x01\x01\x01.",
        "PERSID": b"Pposix system\n.",
        "BINPERSID": torch.pickled(torch.sequence(*[argument] * 5) + b"Q"),
        "BINPERSID with a call inside": torch.pickled(torch.sequence(call) + b"Q"),
        "pickle within a pickle": torch.pickled(
            torch.reduce_(
                torch.global_("pickle", "loads"),
                b"B" + struct.pack("<I", len(torch.pickled(call))) + torch.pickled(call),
            )
        ),
        "out-of-band buffer": b"\x80\x05\x97.",
        "nothing": b"",
    }


def exhausting_pickles():
    """Name -> bytes of a pickle that asks for more than there is, or for ever."""
    tensor = torch.text("0")
    nested = b")" + b"q\x00h\x00\x86" * 60
    pair = torch.text("a") + b"N\x86"
    storage = torch.sequence(
        torch.text("storage"), torch.global_("torch", "FloatStorage"), tensor, tensor, nested
    )
    rebuild = torch.global_("torch._utils", "_rebuild_tensor_v2")
    weight = rebuild + torch.sequence(storage + b"Q", b"K\x00", b"K\x01\x85", b"K\x01\x85") + b"R"
    # A list of 100,000 pairs, handed to a function 100,000 times.
    many = torch.global_("collections", "OrderedDict") + b"r\x00\x00\x00\x00"
    many += pair + b"r\x01\x00\x00\x00" + b"](" + b"h\x01" * 100_000 + b"e\x85r\x02\x00\x00\x00"
    many += b"h\x00h\x02R" * 100_000
    return {
        "LONG4 of gigabytes": b"\x80\x02\x8b" + struct.pack("<i", 2**31 - 1) + b".",
        "LONG4 of negative length": b"\x80\x02\x8b" + struct.pack("<i", -5) + b".",
        "text number of a million digits": b"L" + b"9" * 1_000_000 + b"L\n.",
        "BINBYTES8 of exabytes": b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b".",
        "BINUNICODE8 of exabytes": b"\x80\x04\x8d" + struct.pack("<Q", 2**60) + b".",
        "BYTEARRAY8 of exabytes": b"\x80\x05\x96" + struct.pack("<Q", 2**60) + b".",
        "FRAME of exabytes": b"\x80\x04\x95" + struct.pack("<Q", 2**60) + b"N.",
        "memo index of two billion": b"\x80\x02Nr\xff\xff\xff\x7f.",
        "ten million empty lists": b"\x80\x02" + b"]" * 10_000_000 + b".",
        "a million nested lists": torch.pickled(b"]" * 900_000 + b"a" * 899_999),
        "a million marks": torch.pickled(b"(" * 900_000 + b"N" + b"t" * 900_000),
        "key that takes a lifetime to hash": torch.pickled(b"}" + nested + b"Ns"),
        "size that takes a lifetime to show": torch.pickled(torch.dictionary({"w": weight})),
        "a long list for a hundred thousand calls": torch.pickled(many),
        "a message of megabytes": torch.pickled(torch.global_("m" * 5_000_000, "f")),
        "a bytes instruction of megabytes": torch.pickled(
            b"B" + struct.pack("<I", 5_000_000) + bytes(5_000_000)
        ),
        "control codes in a name": torch.pickled(torch.global_("\x1b]0;owned\x07", "\x1b[2J")),
    }


def in_old_format(attack):
    """A file of PyTorch before 1.6 whose state dict is the pickle `attack`."""
    return torch.old_format({}, value=b"N").replace(torch.pickled(b"N"), attack)


def in_zip_format(attack):
    """A file of PyTorch from 1.6 on whose state dict is the pickle `attack`."""
    return archive({"archive/data.pkl": attack})


def archive(entries, compression=zipfile.ZIP_STORED):
    """The bytes of a zip archive of name -> content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return buffer.getvalue()


def hostile_archives(canary):
    """Name -> bytes of a zip archive that unpacks to gigabytes or to places outside."""
    gigabyte = archive({"archive/data.pkl": bytes(2**30)}, zipfile.ZIP_DEFLATED)
    declared = bytearray(archive({"archive/data.pkl": b"N."}))
    directory = declared.index(b"PK\x01\x02")
    declared[directory + 20 : directory + 28] = struct.pack("<II", 2**32 - 2, 2**32 - 2)
    outside = str(canary).lstrip("/")
    return {
        "zip bomb": gigabyte,
        "zip that declares 4 GB": bytes(declared),
        "zip with a path out of it": archive({f"../../../../{outside}": b"x", "a/data.pkl": b"N."}),
        "zip with an absolute path": archive({str(canary): b"x", "/data.pkl": b"N."}),
        "zip of a hundred thousand entries": archive({f"archive/{i}": b"" for i in range(100_000)}),
        "zip without a state dict": archive({"archive/version": b"3"}),
        "TorchScript archive": archive(
            {"archive/code/__torch__.py": b"import os", "archive/a": b""}
        ),
    }
