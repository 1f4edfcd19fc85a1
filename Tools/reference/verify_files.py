"""The measured initialisation against its law, and the safetensors files by a parser of our own."""

import json
import math
import struct

from checking import close


def verify_initialisation(path):
    for case in json.loads(path.read_text())["cases"]:
        for key, parameter in case["parameters"].items():
            what, law, measured = f"{case['name']} {key}", parameter["expected"], parameter["measured"]
            if law["law"] == "constant":
                close(what, [measured["minimum"], measured["maximum"]], [law["value"]] * 2, 0)
                continue
            bound, count = law["bound"], measured["samples"]
            if max(-measured["minimum"], measured["maximum"]) > bound * (1 + 1e-6):
                raise AssertionError(f"{what}: outside the bound")
            # Standard errors of the mean and of the variance of a uniform law.
            if abs(measured["mean"]) > 5 * bound / math.sqrt(3 * count):
                raise AssertionError(f"{what}: mean {measured['mean']}")
            if abs(measured["variance"] / law["variance"] - 1) > 5 * math.sqrt(0.8 / count):
                raise AssertionError(f"{what}: variance {measured['variance']}")


def verify_files(folder):
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    for case in index["good"]:
        content = (folder / f"{case['name']}.safetensors").read_bytes()
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8 : 8 + length])
        data = content[8 + length :]
        if header.pop("__metadata__", None) != case["metadata"] or set(header) != set(case["tensors"]):
            raise AssertionError(f"{case['name']}: metadata or names differ")
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            found = {"dtype": entry["dtype"].lower(), "shape": entry["shape"], "bytes": data[begin:end].hex()}
            if found != case["tensors"][name]:
                raise AssertionError(f"{case['name']}: {name} differs")
    # The official library lets a header begin with a space, which the format's description forbids.
    lenient = {"bad_header_leading_space"}
    for case in index["bad"]:
        if not (folder / f"{case['name']}.safetensors").exists():
            raise AssertionError(f"{case['name']}: no such file")
        if (case["official"] == "reads") != (case["name"] in lenient):
            raise AssertionError(f"{case['name']}: the official library {case['official']} it")
    files = {path.stem for path in folder.glob("*.safetensors")}
    if files != {case["name"] for case in index["good"] + index["bad"]}:
        raise AssertionError("the index does not list the files that are there")
