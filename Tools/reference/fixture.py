"""Collects the named tensors and the settings of a fixture's cases and writes them as one safetensors file."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file


class Fixture:
    """Cases of one subject: each has a name, settings that go into the metadata, and tensors named `case.tensor`."""

    def __init__(self, name):
        self.name = name
        self.cases = []
        self.tensors = {}

    def add(self, case, settings, tensors):
        if any(known["name"] == case for known in self.cases):
            raise ValueError(f"{self.name}: two cases are named {case}")
        self.cases.append({"name": case, **settings})
        for key, tensor in tensors.items():
            self.tensors[f"{case}.{key}"] = tensor.detach().clone().contiguous()

    def write(self, folder):
        # One metadata key only: the official writer does not promise an order of several.
        cases = json.dumps(self.cases, sort_keys=True, allow_nan=False)
        save_file(self.tensors, Path(folder) / f"{self.name}.safetensors", metadata={"cases": cases})


def generator(*seed):
    """A generator of its own for every case, so that adding a case changes no other one."""
    value = 0
    for part in seed:
        digits = part if isinstance(part, int) else int.from_bytes(str(part).encode(), "big")
        value = (value * 1_000_003 + digits) % (2**61 - 1)
    return torch.Generator().manual_seed(value)


def normal(shape, source, dtype=torch.float64):
    """Normal draws that float32 holds exactly, so that one fixture serves a test in either precision."""
    return torch.randn(shape, generator=source, dtype=torch.float32).to(dtype)


def rounded(tensors):
    """Results of a float64 computation, rounded once to float32."""
    return {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}
