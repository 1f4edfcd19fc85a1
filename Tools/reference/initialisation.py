"""PyTorch's default initialisation of layers: the documented law beside what 200 seeds gave."""

import json
import math
from pathlib import Path

import torch
from torch import nn

SEEDS = 200

CASES = {
    "conv2d": ("Conv2d", dict(in_channels=3, out_channels=8, kernel_size=5), 75),
    "conv2d_groups": ("Conv2d", dict(in_channels=8, out_channels=8, kernel_size=3, groups=4), 18),
    "conv2d_kernel1": ("Conv2d", dict(in_channels=16, out_channels=4, kernel_size=1), 16),
    "linear": ("Linear", dict(in_features=1152, out_features=2), 1152),
    "linear_small": ("Linear", dict(in_features=2, out_features=10), 2),
    "prelu": ("PReLU", dict(num_parameters=3), None),
    "batchnorm1d": ("BatchNorm1d", dict(num_features=6), None),
    "batchnorm2d": ("BatchNorm2d", dict(num_features=6), None),
}

CONSTANTS = {"PReLU": {"weight": 0.25}, "BatchNorm1d": {"weight": 1.0, "bias": 0.0}}
CONSTANTS["BatchNorm2d"] = CONSTANTS["BatchNorm1d"]


def drawn(kind, settings):
    """The parameters over all seeds: name to [seeds, elements], float64."""
    values = {}
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        for key, parameter in getattr(nn, kind)(**settings).named_parameters():
            values.setdefault(key, []).append(parameter.detach().double().flatten())
    return {key: torch.stack(rows) for key, rows in values.items()}


def described(kind, fan_in, key, values):
    if fan_in is None:
        law = {"law": "constant", "value": CONSTANTS[kind][key]}
    else:
        # Weight and bias have the same law: uniform on +-1/sqrt(fan_in).
        bound = 1 / math.sqrt(fan_in)
        law = {"law": "uniform", "bound": bound, "variance": bound**2 / 3, "fan_in": fan_in}
    measured = {
        "minimum": values.min().item(),
        "maximum": values.max().item(),
        "mean": values.mean().item(),
        "variance": values.var(correction=0).item(),
        "samples": values.numel(),
    }
    return {"expected": law, "measured": measured}


def generate(folder):
    cases = []
    for case, (kind, settings, fan_in) in CASES.items():
        parameters = {key: described(kind, fan_in, key, value) for key, value in drawn(kind, settings).items()}
        cases.append({"name": case, "layer": kind, "settings": settings, "seeds": SEEDS, "parameters": parameters})
    text = json.dumps({"cases": cases}, indent=1, sort_keys=True) + "\n"
    (Path(folder) / "initialisation.json").write_text(text)
