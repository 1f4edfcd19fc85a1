"""What the checks of the fixtures share."""

import json

import numpy
from safetensors import safe_open

# A float64 result rounded to float32, against one from inputs that were rounded as well.
FLOAT32 = 3e-6


def close(what, found, expected, tolerance=1e-10):
    """Compares shape, then values, relative to the largest expected one."""
    found, expected = numpy.asarray(found), numpy.asarray(expected)
    if found.shape != expected.shape:
        raise AssertionError(f"{what}: shape {found.shape}, expected {expected.shape}")
    if not expected.size:
        return
    found, expected = found.astype(numpy.float64), expected.astype(numpy.float64)
    difference = numpy.abs(found - expected).max()
    limit = tolerance * max(numpy.abs(expected).max(), 1e-30)
    if not difference <= limit:
        raise AssertionError(f"{what}: differs by {difference}, allowed {limit}")


def cases(path):
    """Settings and tensors (float ones as float64) of every case of a fixture."""
    with safe_open(path, "numpy") as file:
        listed = json.loads(file.metadata()["cases"])
        tensors = {key: file.get_tensor(key) for key in file.keys()}
    for settings in listed:
        prefix = settings["name"] + "."
        own = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
        yield settings, {key: value.astype(float) if value.dtype.kind == "f" else value for key, value in own.items()}


def slope(function, values, direction, step):
    """The derivative of a scalar function along a direction, by a central difference."""
    return (function(values + step * direction) - function(values - step * direction)) / (2 * step)
