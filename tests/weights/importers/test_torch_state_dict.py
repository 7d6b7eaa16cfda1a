"""The reader of PyTorch files against files written by hand, honest and hostile."""

import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from tests.reference import torch_files as torch
from tfdeblur.errors import InputError
from tfdeblur.weights.importers.torch_state_dict import read_state_dict

FORMATS = {"old": torch.write_old_format, "zip": torch.write_zip_format}


@pytest.fixture(params=FORMATS)
def write(request):
    return FORMATS[request.param]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.pkl"


def small_tensors(rng):
    return {
        "layer1.weight": torch.view("0", rng.normal(size=(2, 3, 3, 3)).astype("<f4")),
        "layer1.bias": torch.view("1", rng.normal(size=2).astype("<f4")),
    }


def old_pickle(content):
    return torch.old_format({}, value=content)


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8"])
def test_contiguous_tensors_of_every_float_type(rng, path, write, dtype):
    arrays = {f"layer.{n}": rng.normal(size=(2, 3, 4)[:n]).astype(dtype) for n in range(1, 4)}
    write(path, {name: torch.view(str(i), a) for i, (name, a) in enumerate(arrays.items())})
    read = read_state_dict(path)
    assert list(read) == list(arrays)
    for name, array in arrays.items():
        assert read[name].dtype == dtype
        np.testing.assert_array_equal(read[name], array)


def test_views_of_one_shared_storage(rng, path, write):
    flat = rng.normal(size=24).astype("<f4")
    write(
        path,
        {
            "transposed": torch.View("7", flat, 0, (4, 6), (1, 4)),
            "window": torch.View("7", flat, 13, (2, 3), (6, 2)),
            "last": torch.View("7", flat, 23, (), ()),
            "empty": torch.View("7", flat, 0, (0, 5), (5, 1)),
        },
    )
    read = read_state_dict(path)
    np.testing.assert_array_equal(read["transposed"], flat.reshape(6, 4).T)
    expected = [[flat[13 + 6 * row + 2 * column] for column in range(3)] for row in range(2)]
    np.testing.assert_array_equal(read["window"], expected)
    assert read["last"] == flat[23]
    assert read["empty"].shape == (0, 5)


@pytest.mark.reference
def test_every_file_of_the_authors_reads(reference_data):
    files = sorted((reference_data / "dmphn_ckpt").rglob("*.pkl"))
    assert files
    for file in files:
        first = {"encoder": 1, "decoder": 13}[file.name.split("_")[0]]
        skipped = {4, 8, 12, 15, 19, 23}
        numbers = [n for n in range(first, first + 12) if n not in skipped]
        convs = {1, 5, 9, 16, 20, 24}
        names = {
            f"layer{n}{part}.{kind}"
            for n in numbers
            for part in ([""] if n in convs else [".0", ".2"])
            for kind in ("weight", "bias")
        }
        tensors = read_state_dict(file)
        assert names == set(tensors)
        assert all(np.isfinite(tensor).all() for tensor in tensors.values())


class Evil:
    """Pickles to a call of `function`, as any class with __reduce__ can."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def hostile_pickles(canary):
    """Name -> (bytes, what the refusal must name)."""
    command = f"touch {canary}"
    system, argument = torch.global_("posix", "system"), torch.text(command)
    code = f"open({str(canary)!r}, 'w')"
    allowed = torch.global_("torch._utils", "_rebuild_tensor_v2")
    return {
        "global": (torch.pickled(torch.reduce_(system, argument)), "posix.system"),
        "eval": (pickle.dumps(Evil(eval, code), 2), "builtin.*eval"),
        "stack global": (pickle.dumps(Evil(exec, code), 4), "builtins.exec"),
        "class": (pickle.dumps(Evil(type(canary), "x"), 2), "PosixPath"),
        "dotted": (
            torch.pickled(
                torch.text("collections") + torch.text("OrderedDict.__init__.__globals__") + b"\x93"
            ),
            "collections.OrderedDict.__init__",
        ),
        "inst": (b"(" + argument + b"iposix\nsystem\n.", "INST posix system"),
        "obj": (b"(" + system + argument + b"o.", "posix.system"),
        "newobj": (torch.pickled(allowed + b")\x81"), "NEWOBJ"),
        "extension": (b"\x82\x01.", "EXT1"),
        "text persistent id": (b"Pposix system\n.", "PERSID posix system"),
        "odd persistent id": (torch.pickled(torch.sequence(*[argument] * 5) + b"Q"), "storage"),
        "short persistent id": (torch.pickled(b"NQ"), "damaged"),
        "nested in build": (
            torch.pickled(b"}" + torch.reduce_(system, argument) + b"b"),
            "posix.system",
        ),
        "call of a dtype": (
            torch.pickled(torch.reduce_(torch.global_("torch", "FloatStorage"), argument)),
            "not a function",
        ),
        "integer tensors": (torch.pickled(torch.global_("torch", "LongStorage")), "LongStorage"),
        "key that cannot be hashed in a lifetime": (
            torch.pickled(b"})" + b"q\x00h\x00\x86" * 60 + b"Ns"),
            "tuple for the name",
        ),
    }


@pytest.mark.parametrize("where", ["header", "old", "zip"])
@pytest.mark.parametrize("kind", hostile_pickles("canary"))
def test_hostile_pickles_are_refused_by_name_and_not_run(tmp_path, path, kind, where):
    canary = tmp_path / "canary"
    attack, named = hostile_pickles(canary)[kind]
    if where == "header":
        path.write_bytes(attack)
    elif where == "old":
        path.write_bytes(old_pickle(b"N").replace(torch.pickled(b"N"), attack))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/data.pkl", attack)
    with pytest.raises(InputError, match=named) as refusal:
        read_state_dict(path)
    assert str(path) in str(refusal.value)
    assert not canary.exists()


def test_attributes_set_by_a_pickle_change_nothing(rng, path):
    """An `Unpickler` would let BUILD give our function defaults for the rest of the process."""
    state = b"N" + torch.dictionary({"__defaults__": b"K\x01K\x02K\x03\x87"}) + b"\x86"
    rebuild = torch.global_("torch._utils", "_rebuild_tensor_v2")
    path.write_bytes(torch.pickled(rebuild + state + b"b"))
    with pytest.raises(InputError):
        read_state_dict(path)
    path.write_bytes(torch.pickled(rebuild + torch.sequence(b"N") + b"R"))
    with pytest.raises(InputError, match="missing 3 required"):
        read_state_dict(path)


def test_every_truncation_is_an_input_error(rng, path, write):
    write(path, small_tensors(rng))
    data = path.read_bytes()
    for length in range(0, len(data), 3):
        path.write_bytes(data[:length])
        with pytest.raises(InputError):
            read_state_dict(path)


def test_flipped_bytes_give_tensors_or_an_input_error(rng, path, write):
    write(path, small_tensors(rng))
    data = path.read_bytes()
    for position in rng.integers(0, len(data), 500):
        changed = bytearray(data)
        changed[position] ^= int(rng.integers(1, 256))
        path.write_bytes(changed)
        try:
            read = read_state_dict(path)
        except InputError:
            continue
        assert all(isinstance(tensor, np.ndarray) for tensor in read.values())


def oversized_files(tensor):
    huge = 2**40
    expanded = torch.View("0", tensor.storage, 0, (huge,), (0,))
    return {
        "declared storage": torch.old_format(
            {"w": tensor},
            value=torch.dictionary(
                {"w": torch.tensor_value(tensor, torch.storage_id(tensor, num_elements=huge))}
            ),
        ),
        "stored length": torch.old_format({"w": tensor}).replace(
            struct.pack("<q", tensor.storage.size) + tensor.storage.tobytes(),
            struct.pack("<q", huge) + tensor.storage.tobytes(),
        ),
        "stride zero": torch.old_format({"w": expanded}),
        "memo index": b"\x80\x02Nr\xff\xff\xff\x7f.",
        "byte string": b"\x80\x04\x8e" + struct.pack("<Q", 2**36) + b".",
        "byte array": b"\x80\x05\x96" + struct.pack("<Q", 2**36) + b".",
        "frame": b"\x80\x04\x95" + struct.pack("<Q", 2**36) + b"N.",
    }


@pytest.mark.parametrize("kind", oversized_files(torch.view("0", np.ones(4, "<f4"))))
def test_declared_sizes_take_no_memory(rng, path, kind):
    path.write_bytes(oversized_files(torch.view("0", np.ones(4, "<f4")))[kind])
    tracemalloc.start()
    try:
        with pytest.raises(InputError):
            read_state_dict(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_compressed_archives_are_refused_before_they_are_unpacked(path):
    zeros = torch.view("0", np.zeros(10**6, "<f4"))
    torch.write_zip_format(path, {"w": zeros}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(InputError, match="uncompressed"):
        read_state_dict(path)


def test_big_endian_files_are_refused(rng, path):
    torch.write_zip_format(path, small_tensors(rng), byte_order="big")
    with pytest.raises(InputError, match="little-endian"):
        read_state_dict(path)
    torch.write_old_format(path, small_tensors(rng), little_endian=False)
    with pytest.raises(InputError, match="little-endian"):
        read_state_dict(path)


def unusual_values(tensor):
    """Name -> (pickled value, what the refusal says)."""
    inside = torch.View("0", tensor.storage, 2, (3,), (1,))
    negative = torch.View("0", tensor.storage, 3, (2,), (-1,))
    uneven = torch.View("0", tensor.storage, 0, (2, 2), (1,))
    parent = torch.sequence(torch.text("root"), torch.integer(0), torch.integer(2))
    part = torch.storage_id(tensor, view_of=[parent])
    other = torch.storage_id(tensor, kind="module")
    return {
        "a list": (b"]", "a list"),
        "a training state": (torch.dictionary({"epoch": b"K\x07"}), "'epoch' is a int"),
        "beyond the end": (torch.dictionary({"w": torch.tensor_value(inside)}), "beyond the end"),
        "negative stride": (torch.dictionary({"w": torch.tensor_value(negative)}), "impossible"),
        "uneven strides": (torch.dictionary({"w": torch.tensor_value(uneven)}), "too few"),
        "storage view": (torch.dictionary({"w": torch.tensor_value(tensor, part)}), "is a view"),
        "a module": (torch.dictionary({"w": torch.tensor_value(tensor, other)}), "else than"),
    }


@pytest.mark.parametrize("kind", unusual_values(torch.view("0", np.ones(4, "<f4"))))
def test_what_is_no_state_dict_is_refused_with_the_reason(path, write, kind):
    tensor = torch.view("0", np.ones(4, "<f4"))
    value, reason = unusual_values(tensor)[kind]
    write(path, {"w": tensor}, value=value)
    with pytest.raises(InputError, match=reason):
        read_state_dict(path)


@pytest.mark.parametrize("data", [b"", b"text, not a pickle\n", b"PK\x03\x04", bytes(100)])
def test_other_files_are_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"weights\.pkl"):
        read_state_dict(path)


def exhausting_pickles():
    """Name -> pickle of a state dict that would take a lifetime, or all memory."""
    nested = b")" + b"q\x00h\x00\x86" * 60
    name = torch.text("0")
    storage = torch.sequence(
        torch.text("storage"), torch.global_("torch", "FloatStorage"), name, name, nested
    )
    tensor = torch.reduce_(
        torch.global_("torch._utils", "_rebuild_tensor_v2"),
        storage + b"Q",
        b"K\x00",
        b"K\x01\x85",
        b"K\x01\x85",
    )
    pairs = b"](" + (torch.text("a") + b"N\x86") * 20_000 + b"e\x85r\x02\x00\x00\x00"
    calls = torch.global_("collections", "OrderedDict") + b"r\x00\x00\x00\x00"
    return {
        "a size that takes a lifetime to show": torch.dictionary({"w": tensor}),
        "a long list for every call": calls + pairs + b"h\x00h\x02R" * 100_000,
        "millions of lists": b"]" * 3_000_000,
        "a name of megabytes": torch.global_("m" * 3_000_000, "f"),
    }


@pytest.mark.parametrize("kind", exhausting_pickles())
def test_exhausting_pickles_are_refused_in_little_memory(path, write, kind):
    write(path, {}, value=exhausting_pickles()[kind])
    tracemalloc.start()
    try:
        with pytest.raises(InputError) as error:
            read_state_dict(path)
        assert len(str(error.value)) < 1000
        assert tracemalloc.get_traced_memory()[1] < 300e6
    finally:
        tracemalloc.stop()


def test_control_codes_do_not_reach_a_message(path):
    path.write_bytes(torch.pickled(torch.global_("\x1b[2J", "\x1b]0;owned\x07")))
    with pytest.raises(InputError) as error:
        read_state_dict(path)
    assert str(error.value).isprintable()


def test_what_is_no_regular_file_is_refused(path):
    path.symlink_to("/dev/zero")
    with pytest.raises(InputError, match="no regular file"):
        read_state_dict(path)


def test_files_far_larger_than_the_release_are_refused(path):
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(InputError, match="of a few MB; received 1,099,512 MB"):
        read_state_dict(path)


def test_an_archive_of_too_many_entries_is_refused_before_it_is_opened(path):
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"archive/{number}", b"")
    with pytest.raises(InputError, match="more entries"):
        read_state_dict(path)
