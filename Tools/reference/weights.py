"""Files of weights as torch.save writes them, and hostile ones made by hand, with what is in them or must be said of them."""

import base64
import builtins
import io
import json
import os
import pickle
import re
import struct
import zipfile
from argparse import Namespace
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from files import DTYPES, EXTREMES
from fixture import generator, normal
from safetensors.torch import save

NAMES = {dtype: str(dtype).removeprefix("torch.") for dtype in DTYPES.values()}


def saved(value, protocol=2, legacy=False):
    """The bytes of torch.save. Storages of the legacy layout are named by address; they are numbered here instead."""
    buffer = io.BytesIO()
    # They are written in the order of their names, which would be another one in each process.
    torch.serialization.sorted = list
    torch.save(value, buffer, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
    content = buffer.getvalue()
    if not legacy:
        return content
    keys = list(dict.fromkeys(re.findall(rb"(?<!\d)\d{13,16}(?!\d)", content)))
    for number, key in enumerate(keys):
        content = content.replace(key, str(number).encode().rjust(len(key), b"0"))
    return content


def described(tensors):
    return {
        name: {
            "dtype": NAMES[value.dtype],
            "shape": list(value.shape),
            "bytes": value.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes().hex()
            if value.numel()
            else "",
        }
        for name, value in tensors.items()
    }


def network():
    source = generator("weights")
    return OrderedDict(
        (name, normal(shape, source, torch.float32))
        for name, shape in {"conv.weight": (2, 1, 3, 3), "conv.bias": (2,), "fc.weight": (3, 2), "fc.bias": (3,)}.items()
    )


def shared():
    whole = torch.arange(24, dtype=torch.float32)
    return {
        "whole": whole,
        "again": whole,
        "middle": whole[5:11].view(2, 3),
        "transposed": whole.view(4, 6).t(),
        "every_other": whole[1::2],
        "expanded": whole[3:4].expand(2, 3),
        "windows": whole.unfold(0, 4, 2),
        "channels_last": whole.view(1, 2, 3, 4).to(memory_format=torch.channels_last),
        "scalar": whole[7],
        "empty": whole[:0].view(0, 3),
    }


def good_files():
    """Name to bytes, layout, part, tensors, and what else the dictionary holds."""
    plain = network()
    every = {key: torch.tensor(EXTREMES[key], dtype=dtype).reshape(2, 3) for key, dtype in DTYPES.items()}
    optimizer = {"state": {0: {"exp_avg": torch.ones(2), "step": 3}}, "param_groups": [{"lr": 0.1, "params": [0]}]}
    files = {}

    def add(name, content, tensors, layout="pytorch", part="", other_parts=(), ignored=()):
        files[name] = {
            "content": content,
            "format": layout,
            "part": part,
            "otherParts": list(other_parts),
            "ignored": sorted(ignored),
            "tensors": described(tensors),
        }

    for protocol in (2, 3, 4, 5):
        add(f"ordered_protocol_{protocol}", saved(plain, protocol), plain)
        add(f"legacy_protocol_{protocol}", saved(plain, protocol, legacy=True), plain, "pytorch-legacy")
    for legacy in (False, True):
        layout, word = ("pytorch-legacy", "legacy_") if legacy else ("pytorch", "")
        add(f"{word}plain", saved(dict(plain), legacy=legacy), plain, layout)
        add(f"{word}types", saved(every, legacy=legacy), every, layout)
        add(f"{word}shared", saved(shared(), legacy=legacy), shared(), layout)
        add(f"{word}empty_storage", saved({"a": torch.zeros(0)}, legacy=legacy), {"a": torch.zeros(0)}, layout)
    parameters = {"w": torch.nn.Parameter(torch.ones(2, 2)), "b": torch.nn.Parameter(torch.zeros(2), False)}
    add("parameters", saved(parameters), parameters)
    linear = torch.nn.Linear(2, 2)
    with torch.no_grad():
        linear.weight.copy_(torch.eye(2))
        linear.bias.zero_()
    add("metadata", saved(linear.state_dict()), linear.state_dict())
    checkpoint = {"epoch": 3, "best": 0.5, "optimizer": optimizer, "note": "a", "on": True, "steps": 2**70, "none": None}
    beside = {**checkpoint, "state_dict": plain, "best_acc1": torch.tensor(76.1), "dtype": torch.float32}
    add("nested", saved(beside), plain, part="state_dict", other_parts=[""])
    ema = {name: value + 1 for name, value in plain.items()}
    add("two_parts", saved({"model": plain, "ema": ema}), plain, part="model", other_parts=["ema"])
    deep = {"model": {"state_dict": plain, "size": torch.Size([2])}}
    add("deep", saved(deep), plain, part="model.state_dict", ignored=[])
    unknown = {"state_dict_backbone": plain, "state_optimizer": optimizer}
    add("one_unknown_part", saved(unknown), plain, part="state_dict_backbone")
    numpy = {"state_dict": plain, "score": np.float64(0.5), "array": np.float32(2), "names": {"a"}}
    add("numpy_numbers", saved(numpy), plain, part="state_dict")
    add("numpy_protocol_4", saved(numpy, 4), plain, part="state_dict")
    add("others_beside", saved({**plain, "epoch": 3, "name": "a"}), plain, ignored=["epoch", "name"])
    add("safetensors", save(dict(plain)), plain, "safetensors")
    # A header of 128 bytes: the file begins with 0x80, as a pickle does.
    one = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.ljust(128)
    add("safetensors_128", struct.pack("<Q", 128) + one + bytes(4), {"a": torch.zeros(1)}, "safetensors")
    add("zip64", zipped(zip_parts(plain), zip64=True), plain)
    add("zip_comment", zipped(zip_parts(plain), comment=b"PK\x05\x06 a comment"), plain)
    return files


def zip_parts(value):
    archive = zipfile.ZipFile(io.BytesIO(saved(value)))
    return [(name, archive.read(name)) for name in archive.namelist()]


def zipped(parts, zip64=False, comment=b"", **change):
    """A zip archive by hand, with the 64-bit forms everywhere or with single numbers changed."""
    content, directory = b"", b""
    big = 0xFFFFFFFF
    for index, (name, data) in enumerate(parts):
        mine = {key: value for key, value in change.items() if change.get("entry", 0) == index}
        text = name.encode()
        size, offset = mine.get("size", len(data)), mine.get("offset", len(content))
        sizes = (big, big) if zip64 else (size & big, size & big)
        extra = struct.pack("<HHQQ", 1, 16, size, size) if zip64 else b""
        local = mine.get("local_name", text)
        method, flags = mine.get("method", 0), mine.get("flags", 0)
        content += struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, flags, method, 0, 0, 0, *sizes, len(local), len(extra))
        content += local + extra + data
        extra = struct.pack("<HHQQQ", 1, 24, size, size, offset) if zip64 else b""
        place = big if zip64 else offset & big
        directory += struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, flags, method, 0, 0, 0, *sizes, len(text), len(extra), 0, 0, 0, 0, place
        )
        directory += text + extra
    count, begin = change.get("count", len(parts)), change.get("begin", len(content))
    length = change.get("length", len(directory))
    end = b""
    if zip64:
        end += struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, length, begin)
        place = change.get("end64", len(content) + len(directory))
        end += struct.pack("<IIQI", 0x07064B50, 0, place, 1)
    limits = (0xFFFF, 0xFFFF, big, big) if zip64 else (count, count, length & big, begin & big)
    return content + directory + end + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, *limits, len(comment)) + comment


class Calls:
    """Pickled as a call of a function with arguments."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class Plain:
    pass


def archived(program):
    """A pickle in PyTorch's zip, with one storage of two float32 beside it."""
    parts = [("archive/data.pkl", program), ("archive/byteorder", b"little"), ("archive/data/0", struct.pack("<2f", 1, 2))]
    return zipped(parts)


STORAGE = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu%btQ"


def tensor_program(offset, shape, strides, count=2, kind=b"FloatStorage", key=b"0"):
    """A dictionary of one tensor `a` with whatever numbers."""

    def number(value):
        data = value.to_bytes(16, "little", signed=True)
        short = value.to_bytes(8, "little", signed=True) if -(2**63) <= value < 2**63 else data
        return b"\x8a" + bytes([len(short)]) + short

    def numbers(values):
        return b"(" + b"".join(number(value) for value in values) + b"t"

    storage = (STORAGE % number(count)).replace(b"FloatStorage", kind)
    storage = storage.replace(b"\x01\x00\x00\x000", struct.pack("<I", len(key)) + key)
    arguments = storage + number(offset) + numbers(shape) + numbers(strides) + b"\x89}"
    return b"\x80\x02}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"tRs."


REPEATED = [
    (b"q\x00h\x00\x86", 2000),
    (b"\x85", 200_000),
    (b"X\x01\x00\x00\x00a}", 50_000),
    (b"s", 50_000),
    (b"N0", 2_200_000),
]


def hostile_files():
    """Name to bytes and words that the refusal must hold."""
    files = {}

    def add(name, content, *words):
        files[name] = {"content": content, "words": list(words)}

    calls = {
        "os_system": (Calls(os.system, "true"), f"{os.name}.system"),
        "eval": (Calls(builtins.eval, "1"), "eval"),
        "exec": (Calls(builtins.exec, "1"), "exec"),
        "getattr": (Calls(builtins.getattr, 1, "real"), "getattr"),
        "import": (Calls(builtins.__import__, "os"), "__import__"),
        "namespace": ({"epoch": 1, "args": Namespace(lr=1)}, "argparse.Namespace"),
        "object": (Plain(), "weights.Plain"),
    }
    for name, (value, word) in calls.items():
        for protocol in (2, 4):
            add(f"{name}_{protocol}", archived(pickle.dumps(value, protocol=protocol)), word, "none of it was run")
    for protocol in (2, 4):
        data = pickle.dumps({"a": np.zeros(3)}, protocol=protocol)
        add(f"array_{protocol}", archived(data), "holds no dictionary of tensors")
    linear = torch.nn.Linear(1, 1)
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.zero_()
    add("module", saved(linear), "torch.nn.modules.linear.Linear", "none of it was run")
    add("legacy_module", saved(linear, legacy=True), "torch.nn.modules.linear.Linear")
    add("legacy_os_system", saved(Calls(os.system, "true"), legacy=True), f"{os.name}.system")
    add("sparse", saved({"a": torch.eye(2).to_sparse()}), "torch._utils._rebuild_sparse_tensor")
    add("complex", saved({"a": torch.zeros(2, dtype=torch.complex64)}), "torch.ComplexFloatStorage")
    add("unsigned", saved({"a": torch.zeros(2, dtype=torch.uint16)}), "_rebuild_")
    add("tensor_alone", saved(torch.zeros(2)), "no dictionary of tensors")
    add("list_alone", saved([torch.zeros(2)]), "no dictionary of tensors")
    add("two_unknown_parts", saved({"first": network(), "second": network()}), "first, second")
    programs = {
        "inst": (b"(ios\nsystem\n.", "INST"),
        "obj": (b"(cos\nsystem\no.", "os.system"),
        "obj_allowed": (b"(ccollections\nOrderedDict\no.", "OBJ"),
        "newobj": (b"ccollections\nOrderedDict\n)\x81.", "NEWOBJ"),
        "newobj_ex": (b"ccollections\nOrderedDict\n)}\x92.", "NEWOBJ_EX"),
        "ext1": (b"\x82\x01.", "EXT1"),
        "ext2": (b"\x83\x01\x00.", "EXT2"),
        "ext4": (b"\x84\x01\x00\x00\x00.", "EXT4"),
        "persid": (b"P0\n.", "PERSID"),
        "old_int": (b"I1\n.", "INT"),
        "old_long": (b"L1L\n.", "LONG"),
        "next_buffer": (b"\x97.", "NEXT_BUFFER"),
        "unknown_opcode": (b"\xff.", "number 255"),
        "build_global": (b"ccollections\nOrderedDict\n}b.", "sets attributes"),
        "build_tensor": (tensor_program(0, [2], [1])[2:-2] + b"}bs.", "sets attributes"),
        "reduce_storage": (b"ctorch\nFloatStorage\n)R.", "calls torch.FloatStorage"),
        "reduce_dictionary": (b"})R.", "calls what has no name"),
        "stack_global_number": (b"K\x01K\x02\x93.", "names something"),
        "stack_global_system": (b"\x8c\x02os\x8c\x06system\x93.", "os.system"),
        "dotted_name": (b"\x8c\x0bcollections\x8c\x12OrderedDict.update\x93.", "collections.OrderedDict.update"),
        "name_with_escape": (b"cos\nsys\x1b[31mtem\n.", "os.sys?[31mtem"),
        "underflow": (b"0.", "where there is none"),
        "underflow_mark": (b"(K\x010a.", "where there is none"),
        "no_mark": (b"t.", "no mark"),
        "left_over": (b"NN.", "in the middle"),
        "left_mark": (b"(N.", "in the middle"),
        "empty": (b"", "ends at byte"),
        "only_stop": (b".", "in the middle"),
        "frame_beyond": (b"\x95\xff\xff\x00\x00\x00\x00\x00\x00N.", "a frame of 65535"),
        "frame_maximum": (b"\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", "too many"),
        "text_maximum": (b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffN.", "too many"),
        "bytes_beyond": (b"B\xff\xff\xff\x7f.", "more are needed"),
        "text_negative": (b"T\xff\xff\xff\xff.", "more are needed"),
        "long4_negative": (b"\x8b\xff\xff\xff\xff.", "more are needed"),
        "long4_beyond": (b"\x8b\xff\xff\xff\x7f.", "more are needed"),
        "get_unknown": (b"h\x07.", "the value 7"),
        "get_maximum": (b"j\xff\xff\xff\xff.", "the value 4294967295"),
        "set_on_list": (b"]NNs.", "no dictionary"),
        "append_to_dictionary": (b"}Na.", "no list"),
        "odd_items": (b"}(Nu.", "without a value"),
        "protocol_0": (b"\x80\x00N.", "protocol 0"),
        "protocol_9": (b"\x80\x09N.", "protocol 9"),
        "holds_itself": (b"}q\x00X\x01\x00\x00\x00ah\x00s.", "no dictionary of tensors"),
        "list_holds_itself": (b"]q\x00h\x00a.", "no dictionary of tensors"),
        "laughs": (b")" + b"q\x00h\x00\x86" * 2000 + b".", "no dictionary of tensors"),
        "deep_tuples": (b")" + b"\x85" * 200_000 + b".", "no dictionary of tensors"),
        "deep_dictionaries": (b"}" * 1 + b"X\x01\x00\x00\x00a}" * 50_000 + b"s" * 50_000 + b".", "no dictionary of tensors"),
        "many_steps": (b"N0" * 2_200_000 + b"N.", "steps"),
        "parameter_of_nothing": (b"ctorch._utils\n_rebuild_parameter\n(N\x89}tR.", "no tensor"),
        "size_of_text": (b"ctorch\nSize\n(X\x01\x00\x00\x00at\x85R.", "no whole numbers"),
        "storage_of_text": (b"X\x01\x00\x00\x000Q.", "no tuple"),
        "storage_of_three": (b"(NNNtQ.", "a form that PyTorch does not write"),
        "storage_negative": (STORAGE % b"J\xff\xff\xff\xff" + b".", "a form that PyTorch does not write"),
    }
    for name, (program, word) in programs.items():
        header = b"" if program.startswith(b"\x80") else b"\x80\x02"
        add(f"pickle_{name}", archived(header + program), word)
    views = {
        "offset_negative": (-1, [2], [1]),
        "offset_beyond": (1, [2], [1]),
        "offset_maximum": (2**63 - 1, [1], [1]),
        "size_negative": (0, [-2], [1]),
        "sizes_negative": (0, [-1, -2], [1, 1]),
        "size_beyond": (0, [3], [1]),
        "size_overflow": (0, [2**62, 4], [0, 0]),
        "size_zero_overflow": (0, [0, 2**62, 2**62], [0, 0, 0]),
        "stride_negative": (1, [2], [-1]),
        "stride_beyond": (0, [2], [2]),
        "stride_overflow": (0, [3], [2**62]),
        "stride_maximum": (0, [2, 2], [2**63 - 1, 2**63 - 1]),
        "ranks_differ": (0, [2], []),
        "size_wide": (0, [2**64], [1]),
        "expanded_bomb": (0, [2**34], [0]),
    }
    for name, (offset, shape, strides) in views.items():
        add(f"view_{name}", archived(tensor_program(offset, shape, strides)), *(["the tensors need"] if "bomb" in name else []))
    add("view_rank_65", archived(tensor_program(0, [1] * 65, [1] * 65)), "a form that PyTorch does not write")
    add("storage_beyond", archived(tensor_program(0, [3], [1], count=3)), "do not fit into its 8 bytes")
    add("storage_maximum", archived(tensor_program(0, [2], [1], count=2**63 - 1)), "do not fit into its 8 bytes")
    add("storage_missing", archived(tensor_program(0, [2], [1], key=b"1")), "archive/data/1", "is missing")
    add("storage_path", archived(tensor_program(0, [2], [1], key=b"../byteorder")), "is missing")
    add("storage_quantized", archived(tensor_program(0, [2], [1], kind=b"QInt8Storage")), "torch.QInt8Storage")
    parts = zip_parts({"a": torch.zeros(2)})
    names = [name for name, _ in parts]
    data = names.index("archive/data/0")
    add("zip_outsized", zipped(parts, entry=data, size=2**31), "more are needed")
    add("zip_outsized_64", zipped(parts, zip64=True, entry=data, size=2**64 - 1), "too many")
    add("zip_outsized_maximum", zipped(parts, zip64=True, entry=data, size=2**63 - 1), "more are needed")
    add("zip_offset_beyond", zipped(parts, entry=data, offset=2**31), "after the entries")
    add("zip_offset_64", zipped(parts, zip64=True, entry=data, offset=2**63 - 1), "after the entries")
    add("zip_same_place", zipped(parts, entry=data, offset=0), "another name")
    add("zip_overlap", zipped([*parts, ("archive/x", b"0")], entry=data, size=20), "overlap")
    add("zip_name_differs", zipped(parts, entry=data, local_name=b"archive/data/1"), "another name")
    add("zip_twice", zipped([*parts, parts[data]]), "twice")
    add("zip_deflated", zipped(parts, entry=data, method=8), "compressed")
    add("zip_encrypted", zipped(parts, entry=data, flags=1), "encrypted")
    add("zip_count_more", zipped(parts, count=len(parts) + 1), "zip")
    add("zip_count_less", zipped(parts, count=len(parts) - 1), "more than its")
    add("zip_count_maximum", zipped(parts, zip64=True, count=2**64 - 1), "too many")
    add("zip_begin_beyond", zipped(parts, begin=2**32 - 2), "does not fit in")
    add("zip_begin_zero", zipped(parts, begin=0), "does not fit in")
    add("zip_length_zero", zipped(parts, length=0), "does not fit in")
    add("zip_end64_beyond", zipped(parts, zip64=True, end64=2**63 - 1), "beyond its own place")
    add("zip_end64_elsewhere", zipped(parts, zip64=True, end64=0), "not where")
    for name in ("../data.pkl", "/data.pkl", "archive/../data.pkl", "archive\\data.pkl"):
        add(f"zip_path_{len(files)}", zipped([*parts, (name, b"")]), "leads out of the archive")
    add("zip_no_pickle", zipped([("archive/byteorder", b"little")]), "holds 0 of it")
    add("zip_two_pickles", zipped([*parts, ("other/data.pkl", b"N.")]), "holds 2 of it")
    add("zip_big_endian", zipped([(n, b"big" if n.endswith("byteorder") else d) for n, d in parts]), "is big")
    add("zip_torchscript", zipped([*parts, ("archive/constants.pkl", b"")]), "TorchScript")
    add("zip_empty", zipped([]), "holds 0 of it")
    legacy = saved({"a": torch.zeros(2)}, legacy=True)
    size, tail = legacy[-16:-8], legacy[-8:]
    add("legacy_size_more", legacy[:-16] + struct.pack("<q", 3) + tail, "more are needed")
    add("legacy_size_less", legacy[:-16] + struct.pack("<q", 1) + tail, "bytes follow")
    add("legacy_size_negative", legacy[:-16] + struct.pack("<q", -1) + tail, "too many")
    add("legacy_size_overflow", legacy[:-16] + struct.pack("<q", 2**62) + tail, "too large")
    add("legacy_more_bytes", legacy + b"\0", "bytes follow")
    add("legacy_no_data", legacy[:-16] + struct.pack("<q", 0), "0 bytes for 2 elements")
    add("legacy_other_magic", b"\x80\x02\x8a\x0a" + bytes(9) + b"\x01." + legacy[15:], "none that PyTorch wrote")
    add("pickle_alone", pickle.dumps({"a": 1}, 2), "none that PyTorch wrote")
    add("text", b"hello, world, this is text", "neither safetensors")
    add("page", b"<!DOCTYPE html><html></html>", "web page")
    add("pointer", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS")
    add("nothing", b"", "is empty")
    return files


def runs(content):
    """The bytes as pieces with how often each is repeated, so that long repetitions stay short in the fixture."""
    pieces, rest = [], content
    for piece, count in REPEATED:
        if piece * count in rest:
            before, _, rest = rest.partition(piece * count)
            pieces += [(before, 1), (piece, count)]
    return [{"piece": base64.b64encode(piece).decode(), "count": count} for piece, count in [*pieces, (rest, 1)]]


def generate(folder):
    def listed(files):
        return [{"name": name, **{**file, "content": runs(file["content"])}} for name, file in files.items()]

    result = {"good": listed(good_files()), "hostile": listed(hostile_files())}
    (Path(folder) / "weights.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
