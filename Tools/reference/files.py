"""Safetensors files: good ones by the official library, and bad ones made by hand, with an index of both."""

import json
import struct
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

DTYPES = {
    "f64": torch.float64,
    "f32": torch.float32,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "i64": torch.int64,
    "i32": torch.int32,
    "i16": torch.int16,
    "i8": torch.int8,
    "u8": torch.uint8,
    "bool": torch.bool,
}
EXTREMES = {
    "f64": [0.0, -0.0, 1.5, -2.25, 1e300, 2.0**-1074],
    "f32": [0.0, -0.0, 1.5, -2.25, 1e38, 2.0**-149],
    "f16": [0.0, -0.0, 1.5, -2.25, 65504.0, 2.0**-24],
    "bf16": [0.0, -0.0, 1.5, -2.25, 2.0**100, 2.0**-130],
    "i64": [0, 1, -1, 7, 2**63 - 1, -(2**63)],
    "i32": [0, 1, -1, 7, 2**31 - 1, -(2**31)],
    "i16": [0, 1, -1, 7, 2**15 - 1, -(2**15)],
    "i8": [0, 1, -1, 7, 127, -128],
    "u8": [0, 1, 2, 7, 128, 255],
    "bool": [True, False, False, True, True, False],
}


def good_files():
    """Name to tensors and metadata."""
    every = {key: torch.tensor(EXTREMES[key], dtype=dtype).reshape(2, 3) for key, dtype in DTYPES.items()}
    files = {f"dtype_{key}": ({"values": tensor}, None) for key, tensor in every.items()}
    files["dtypes_together"] = (every, None)
    files["empty_tensor"] = ({"empty": torch.zeros(0, 3), "after": torch.tensor([1.0, 2.0])}, None)
    files["scalar"] = ({"scalar": torch.tensor(2.5)}, None)
    files["no_tensors"] = ({}, None)
    files["metadata"] = ({"values": torch.tensor([1.0])}, {"note": 'quotes " and \\ and 中心 and \n a line'})
    files["metadata_only"] = ({}, {"format": "pt"})
    files["names"] = ({"layer1.0.weight": torch.ones(1), "中心": torch.zeros(1), "": torch.full([1], 2.0)}, None)
    return files


def packed(header, data=b"", length=None):
    """A file of a header (text or object), its length (the true one unless given) and the data."""
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(begin, end, shape, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def bad_files():
    """Name to content and what is wrong with it."""
    one = {"a": entry(0, 8, [2])}
    data = struct.pack("<2f", 1.0, 2.0)
    duplicate = (
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'
    )
    return {
        "zero_length": (b"", "the file is empty"),
        "only_length_cut": (b"\x08\x00\x00", "the header's length is cut off"),
        "only_length": (struct.pack("<Q", 100), "the file ends after the header's length"),
        "header_past_end": (packed(one, data, length=10_000), "the header's length reaches past the end"),
        "header_length_2_63": (packed(one, data, length=2**63), "the header's length is 2^63"),
        "header_length_maximum": (packed(one, data, length=2**64 - 1), "the header's length is 2^64 - 1"),
        "header_length_zero": (packed(b"", data), "the header is empty"),
        "not_json": (packed(b"{this is not json}", data), "the header is not JSON"),
        "json_cut": (packed(b'{"a":{"dtype":"F32","shape":[2],', data), "the header's JSON is cut off"),
        "not_utf8": (packed(b'{"\xff\xfe":{}}', data), "the header is not UTF-8"),
        "header_array": (packed([], b""), "the header is an array"),
        "header_leading_space": (packed(b" " + json.dumps(one).encode(), data), "the header does not start with {"),
        "overlap": (packed({"a": entry(0, 8, [2]), "b": entry(4, 12, [2])}, bytes(12)), "two ranges overlap"),
        "same_range": (packed({"a": entry(0, 8, [2]), "b": entry(0, 8, [2])}, data), "two tensors share a range"),
        "hole": (
            packed({"a": entry(0, 4, [1]), "b": entry(8, 12, [1])}, bytes(12)),
            "bytes 4 to 8 belong to no tensor",
        ),
        "hole_at_start": (packed({"a": entry(4, 12, [2])}, bytes(12)), "bytes 0 to 4 belong to no tensor"),
        "range_past_end": (packed({"a": entry(0, 16, [4])}, data), "the range reaches past the end of the file"),
        "range_reversed": (packed({"a": entry(8, 0, [2])}, data), "the range ends before it begins"),
        "range_maximum": (packed({"a": entry(2**64 - 8, 2**64 - 1, [2])}, data), "the range's numbers are near 2^64"),
        "range_beyond_64_bits": (packed({"a": entry(0, 2**64, [2])}, data), "a number needs more than 64 bits"),
        "range_of_three": (
            packed({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4, 8]}}, data),
            "three offsets",
        ),
        "size_differs": (packed({"a": entry(0, 8, [3])}, data), "shape and dtype need 12 bytes, the range has 8"),
        "unknown_dtype": (packed({"a": entry(0, 8, [2], "F33")}, data), "the dtype's name is unknown"),
        "dtype_lower_case": (packed({"a": entry(0, 8, [2], "f32")}, data), "the dtype's name is in lower case"),
        "dtype_missing": (packed({"a": {"shape": [2], "data_offsets": [0, 8]}}, data), "the dtype is missing"),
        "shape_missing": (packed({"a": {"dtype": "F32", "data_offsets": [0, 8]}}, data), "the shape is missing"),
        "shape_overflow": (packed({"a": entry(0, 8, [2**32, 2**32, 2])}, data), "the shape's product overflows to 0"),
        "shape_bytes_overflow": (packed({"a": entry(0, 8, [2**62 + 2])}, data), "the size in bytes overflows to 8"),
        "shape_negative": (packed({"a": entry(0, 8, [-2])}, data), "a dimension is negative"),
        "shape_two_negatives": (packed({"a": entry(0, 8, [-1, -2])}, data), "two dimensions are negative"),
        "shape_fraction": (packed({"a": entry(0, 8, [2.5])}, data), "a dimension is a fraction"),
        "range_negative": (packed({"a": entry(-8, 0, [2])}, data), "an offset is negative"),
        "duplicate_key": (packed(duplicate, data), "a tensor's name occurs twice"),
        "trailing_bytes": (packed(one, data + b"\x00\x00\x00\x00"), "four bytes follow the last tensor"),
        "metadata_not_text": (packed({"__metadata__": {"epoch": 3}, **one}, data), "a metadata value is not a text"),
        "metadata_not_object": (packed({"__metadata__": "text", **one}, data), "the metadata is not an object"),
    }


def odd_files():
    """Files that are unusual and right: spaces after the header, names not in the order of the data."""
    spaced = json.dumps({"a": entry(0, 8, [2])}).encode() + b" " * 7
    return {
        "header_trailing_spaces": packed(spaced, struct.pack("<2f", 1.0, 2.0)),
        "order_of_names": packed({"z": entry(0, 4, [1]), "a": entry(4, 8, [1])}, struct.pack("<2f", 26.0, 1.0)),
    }


def official_answer(path):
    """What the official library does with a file: `reads` it or `refuses` it."""
    try:
        with safe_open(path, "pt") as file:
            for key in file.keys():
                file.get_tensor(key)
    except (SafetensorError, OSError, ValueError, RuntimeError, OverflowError):
        return "refuses"
    return "reads"


def described(path):
    """Dtype, shape and bytes (hexadecimal) of every tensor of a good file, as the official library reads it."""
    with safe_open(path, "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}
        metadata = file.metadata()
    names = {dtype: key for key, dtype in DTYPES.items()}
    listed = {
        key: {
            "dtype": names[value.dtype],
            "shape": list(value.shape),
            "bytes": value.contiguous().view(-1).view(torch.uint8).numpy().tobytes().hex() if value.numel() else "",
        }
        for key, value in tensors.items()
    }
    return {"tensors": listed, "metadata": metadata}


def generate(folder):
    folder = Path(folder) / "safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    good, bad = [], []
    for name, (tensors, metadata) in good_files().items():
        save_file(tensors, folder / f"{name}.safetensors", metadata=metadata)
        good.append({"name": name, "writer": "official", **described(folder / f"{name}.safetensors")})
    for name, content in odd_files().items():
        (folder / f"{name}.safetensors").write_bytes(content)
        good.append({"name": name, "writer": "hand", **described(folder / f"{name}.safetensors")})
    for name, (content, problem) in bad_files().items():
        path = folder / f"bad_{name}.safetensors"
        path.write_bytes(content)
        bad.append({"name": path.stem, "problem": problem, "official": official_answer(path)})
    text = json.dumps({"good": good, "bad": bad}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / "index.json").write_text(text, encoding="utf-8")
