"""Checks the cases of batch normalisation by NumPy and finite differences."""

import numpy
from checking import FLOAT32, cases, close
from verify_layers import batch_normalized, check_gradients

EPSILON, MOMENTUM = 1e-5, 0.1


def verify_batch_norm(path):
    for settings, tensors in cases(path):
        axes = (0, *range(2, tensors["input"].ndim))

        def output_of(given, settings=settings, axes=axes):
            values = given["input"]
            mean, variance = given["running_mean"], given["running_var"]
            if settings["training"]:
                mean, variance = values.mean(axes), values.var(axes)
            output = batch_normalized(values, given, mean, variance, EPSILON) + given.get("residual", 0)
            return numpy.maximum(output, 0) if settings["rectified"] else output

        close(settings["name"], tensors["output"], output_of(tensors), FLOAT32)
        mean, variance = tensors["running_mean"], tensors["running_var"]
        if settings["training"]:
            mean = (1 - MOMENTUM) * mean + MOMENTUM * tensors["input"].mean(axes)
            variance = (1 - MOMENTUM) * variance + MOMENTUM * tensors["input"].var(axes, ddof=1)
        close(f"{settings['name']} mean", tensors["new_mean"], mean, FLOAT32)
        close(f"{settings['name']} variance", tensors["new_var"], variance, FLOAT32)
        names = [name for name in ("weight", "bias", "residual") if name in tensors]
        # A channel of equal values, and two values alone, have no slope to measure: theirs is too steep or too flat.
        if settings["name"] != "constant_channel" and not settings["name"].startswith("two_values"):
            names.append("input")
        check_gradients(settings["name"], output_of, tensors, names)
